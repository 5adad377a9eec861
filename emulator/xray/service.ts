import type { CloudService } from '../cloud-service';
import type { Segment } from './segment';
import { TraceStore } from './trace-store';
import { XrayDaemon } from './xray-daemon';
import { xrayService } from './xray-service';

interface XrayOffers {
  readonly xrayDaemon: XrayDaemon;
  /** Takes the segments that Lambda itself records. */
  readonly recordSegment: (segment: Segment) => void;
  readonly keptTraces: TraceStore;
}

/** X-Ray: the daemon that receives segments, and the API that reads traces. */
export const xray: CloudService<object, object, XrayOffers> = {
  start: async ({ options: { onSegment }, started }) => {
    const keptTraces = new TraceStore();
    const recordSegment = (segment: Segment): void => {
      keptTraces.add(segment);
      onSegment?.(segment);
    };
    return { xrayDaemon: started(await XrayDaemon.start(recordSegment)), recordSegment, keptTraces };
  },
  api: ({ keptTraces }) => ({ xray: xrayService(keptTraces) }),
};
