import type { CloudService } from '../cloud-service';
import { XrayDaemon } from './xray-daemon';

export const xray: CloudService<object, object, { readonly xrayDaemon: XrayDaemon }> = {
  start: async ({ options: { onSegment = () => undefined }, started }) => ({ xrayDaemon: started(await XrayDaemon.start(onSegment)) }),
};
