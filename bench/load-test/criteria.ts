import type { ClaimVerdict } from '../verdicts';
import type { LoadResult } from './load-test';

/** The plan's criteria for load. @returns verdicts on correctness, and on times; a slow machine may spoil the times */
export function criteria(result: LoadResult): { readonly correctness: ClaimVerdict[]; readonly speed: ClaimVerdict[] } {
  const { measurement, inFlight, options, failedDeliveries, ruleChanges } = result;
  const { mean, p99 } = measurement.withoutAgent.summary();
  const none = (claim: string, count: number): ClaimVerdict => ({ claim, measured: String(count), holds: count === 0 });
  return {
    correctness: [
      none('no request failed', measurement.errors),
      none('no answer lost', measurement.lost),
      none('no row left over', measurement.leftovers),
      none('no event delivery failed', failedDeliveries),
      none('no rule created at run time', ruleChanges),
    ],
    speed: [
      {
        claim: `${options.vus} requests in flight and more`,
        measured: `${inFlight.mean.toFixed(1)} on average, ${inFlight.min} to ${inFlight.max}`,
        holds: inFlight.mean >= options.vus,
      },
      { claim: "average below 200 ms without the agent's time", measured: `${mean.toFixed(0)} ms`, holds: mean < 200 },
      { claim: "p99 below 500 ms without the agent's time", measured: `${p99.toFixed(0)} ms`, holds: p99 < 500 },
    ],
  };
}
