import { writeReport } from '../cli/write-report';
import { explainAwsError } from '../cli/aws-errors';
import { ToldError } from '../cli/told-error';
import { environments } from '../environments';
import type { Progress } from '../cli/progress';
import { profileText } from './figures/profile';
import type { ProbeOptions } from './options';
import type { Place } from './place';
import { probe, type ProbeResult } from './probe';
import { isAsAssumed, markdownReport, textReport } from './report';

/** Where a probe writes to. */
export interface ProbeOutput {
  readonly out: (text: string) => void;
  readonly progress: Progress;
}

/** AWS cannot be used as the probe needs it; the message says why, and what to do. */
class ProbeError extends ToldError {
  override readonly name = 'ProbeError';
}

/**
 * Measures, and writes what was asked for.
 * @returns the exit code: 1 when an assumption does not hold
 * @throws ToldError when the environment cannot be measured
 */
export async function runProbe(options: ProbeOptions, placeFor: () => Promise<Place>, { out, progress }: ProbeOutput): Promise<number> {
  const { visits, interval, long, profile, markdown, json } = options;
  const result = await explained(options, async () => probe(await placeFor(), { visits, intervalMs: interval, long, progress }));
  out(textReport(result));
  if (profile !== undefined) await writeReport(profile, profileText(result));
  if (markdown !== undefined) await writeReport(markdown, markdownReport(result));
  if (json) out(JSON.stringify(result));
  return isAsAssumed(result) ? 0 : 1;
}

async function explained({ env }: ProbeOptions, work: () => Promise<ProbeResult>): Promise<ProbeResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ToldError) throw error;
    const told = explainAwsError(error as Error, {
      place: env === 'local' ? 'the local cloud' : `AWS in ${environments[env].region}`,
      environment: env,
      rights: 'may call xray:GetTraceSummaries and xray:BatchGetTraces',
      whenSilent: 'try again',
    });
    throw told === undefined ? error : new ProbeError(told, { cause: error });
  }
}
