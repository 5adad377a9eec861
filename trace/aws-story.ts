import { environments } from '../environments';
import type { TimelineEntry } from '../local/story/story';
import { timelineOf } from '../local/story/timeline';
import { awsEvidence } from './aws-evidence';
import type { TraceOptions } from './options';
import { TraceError } from './trace-error';

/** Tells the story of a request from the traces and logs of a deployed environment. @throws TraceError */
export async function awsStory({ requestId, env, hours }: TraceOptions): Promise<readonly TimelineEntry[]> {
  const { name, region } = environments[env as keyof typeof environments];
  const to = Date.now();
  const search = { requestId, environment: name, region, from: to - hours * 60 * 60 * 1000, to };
  const evidence = await awsEvidence(search).catch((error: unknown) => {
    throw new TraceError(
      `AWS did not answer in ${region}: ${(error as Error).message}; use credentials that may read X-Ray and CloudWatch Logs`,
      { cause: error },
    );
  });
  const entries = timelineOf(requestId, evidence);
  if (entries.length > 0) return entries;
  throw new TraceError(
    `environment ${env} has no data about request ${requestId} in the last ${hours} h: check the id, look further back with --hours, or try again in a minute, because traces and logs arrive late`,
  );
}
