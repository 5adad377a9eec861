import { explainAwsError } from '../cli/aws-errors';
import { environments } from '../environments';
import type { TimelineEntry } from '../local/story/story';
import { timelineOf } from '../local/story/timeline';
import { awsEvidence, type Search } from './aws-evidence';
import type { TraceOptions } from './options';
import { TraceError } from './trace-error';

/** Tells the story of a request from the traces and logs of a deployed environment. @throws TraceError */
export async function awsStory(
  { requestId, env, hours }: TraceOptions,
  timing: Pick<Search, 'callMs'> = {},
): Promise<readonly TimelineEntry[]> {
  const { name, region } = environments[env as keyof typeof environments];
  const to = Date.now();
  const search = { requestId, environment: name, region, from: to - hours * 60 * 60 * 1000, to, ...timing };
  const evidence = await awsEvidence(search).catch((error: unknown) => {
    const told = explainAwsError(error as Error, {
      place: `AWS in ${region}`,
      environment: name,
      rights: 'may read X-Ray and CloudWatch Logs',
      whenSilent: 'try again',
    });
    throw told === undefined ? error : new TraceError(told, { cause: error });
  });
  const entries = timelineOf(requestId, evidence);
  if (entries.length > 0) return entries;
  throw new TraceError(
    `environment ${env} has no data about request ${requestId} in the last ${hours} h: check the id, look further back with --hours, or try again in a minute, because traces and logs arrive late`,
  );
}
