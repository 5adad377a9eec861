import type { RequestStory } from '../local/console/view-model';
import type { TimelineEntry } from '../local/story/story';
import { readRunningCloud, type RunningCloud } from '../local/running-cloud';
import { TraceError } from './trace-error';

/**
 * Reads the story of a request from the console of the running local cloud.
 * @throws TraceError, or NoRunningCloudError if `cloud` is left out and no local cloud runs
 */
export async function localStory(
  requestId: string,
  cloud: Pick<RunningCloud, 'consoleUrl'> = readRunningCloud(),
): Promise<readonly TimelineEntry[]> {
  const { consoleUrl } = cloud;
  if (consoleUrl === undefined)
    throw new TraceError(
      'the local cloud runs without its console, which keeps the data about requests: start the cloud without --no-console',
    );
  const response = await fetch(`${consoleUrl}/api/requests/${requestId}`).catch((error: unknown) => {
    throw new TraceError(`the local cloud does not answer at ${consoleUrl}: start the cloud again with npm start`, { cause: error });
  });
  if (response.status === 404) {
    throw new TraceError(
      `the local cloud has no data about request ${requestId}: check the id; the cloud keeps about a thousand requests, and forgets them at a restart`,
    );
  }
  return ((await response.json()) as RequestStory).entries;
}
