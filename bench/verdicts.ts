import { costOf, monthlyCost, totalOf } from './cost';
import { CONTENDERS, type ContenderName } from './contenders';
import type { BenchResult } from './bench';
import type { Measurement } from './runner';

/** A claim, what was measured, and whether it holds. */
export interface ClaimVerdict {
  readonly claim: string;
  readonly measured: string;
  readonly holds: boolean;
}

export const usdPerMillion = ({ usage }: Measurement): number => totalOf(costOf(usage));
export const pendingReadsPerRequest = ({ usage }: Measurement): number => usage.pendingReads / Math.max(1, usage.requests);
/** Dollars a month for 100 tunnels. */
const monthOf = (measurement: Measurement): number => monthlyCost(usdPerMillion(measurement), 100);
export const meanOf = (measurement: Measurement, times: 'returned' | 'billed'): number => measurement[times].summary().mean;

type ByName = Readonly<Record<ContenderName, Measurement>>;

/** The contenders by name; undefined unless all of them ran. */
function byName({ contenders }: BenchResult): ByName | undefined {
  const found = Object.fromEntries(contenders.map((measurement) => [measurement.name, measurement]));
  return CONTENDERS.every((name) => name in found) ? (found as unknown as ByName) : undefined;
}

/**
 * A figure that must be at most `most` times another.
 * @param limit the limit's value of that figure: if this value is beyond the bound too, this project's code is not the cause
 */
export function ratio(claim: string, figure: number, other: number, most: number, limit?: number): ClaimVerdict {
  const holds = figure <= most * other;
  const ofLimit = holds || limit === undefined ? '' : `; the limit: ${(limit / other).toFixed(3)} ×`;
  return {
    claim: `${claim} ≤ ${most} ×`,
    measured: `${(figure / other).toFixed(3)} × (${figure.toFixed(1)} / ${other.toFixed(1)}${ofLimit})`,
    holds,
  };
}

/** A count of which each request may have at most `most`. */
function perRequest(claim: string, { usage }: Measurement, count: number, most: number): ClaimVerdict {
  const each = count / Math.max(1, usage.requests);
  return { claim: `${claim} per request ≤ ${most}`, measured: each.toFixed(3), holds: each <= most };
}

/** Targets of mode direct in one run under AWS's latencies. Empty if a contender is missing. */
export function targets(result: BenchResult): ClaimVerdict[] {
  const found = byName(result);
  if (!found) return [];
  const { polling, direct, 'direct-row': row } = found;
  const flat = found['polling-flat-100'];
  const p = (measurement: Measurement, percent: number): number => measurement.returned.percentile(percent);
  const savedMs = meanOf(polling, 'billed') - meanOf(direct, 'billed');
  const quickerMs = meanOf(polling, 'returned') - meanOf(direct, 'returned');
  const all = [...result.contenders, result.limit];
  const bad = all.reduce((sum, { errors, lost, leftovers }) => sum + errors + lost + leftovers, 0);
  return [
    ratio("direct's p50 of the return time, compared with direct-row's:", p(direct, 50), p(row, 50), 0.82, p(result.limit, 50)),
    ratio("direct's p50, compared with the limit's:", p(direct, 50), p(result.limit, 50), 1.1),
    ratio("direct's p50, compared with polling-flat-100's:", p(direct, 50), p(flat, 50), 0.52, p(result.limit, 50)),
    ratio("direct's p99, compared with polling's:", p(direct, 99), p(polling, 99), 0.25, p(result.limit, 99)),
    {
      claim: "direct's p50 of the whole response is below direct-row's by ≥ 9 ms",
      measured: `${(row.response.percentile(50) - direct.response.percentile(50)).toFixed(1)} ms`,
      holds: row.response.percentile(50) - direct.response.percentile(50) >= 9,
    },
    perRequest("direct's write units", direct, direct.usage.writeUnits, 0.1),
    perRequest("direct's reads of pending rows", direct, direct.usage.pendingReads, 0.05),
    perRequest("direct's WebSocket messages", direct, direct.usage.webSocketMessages, 3.05),
    {
      claim: "direct's billed duration is below polling's by ≥ 0.8 × the difference of the mean return times",
      measured: `${savedMs.toFixed(1)} ms less, ${(savedMs / quickerMs).toFixed(2)} × ${quickerMs.toFixed(1)} ms`,
      holds: savedMs >= 0.8 * quickerMs,
    },
    ratio("direct's cost, compared with polling's:", usdPerMillion(direct), usdPerMillion(polling), 0.55),
    ratio('the same for 100 tunnels a month:', monthOf(direct), monthOf(polling), 0.6),
    { claim: 'no failed request, lost answer or left row, in any contender', measured: `${bad}`, holds: bad === 0 },
  ];
}

/** Promises of this system's first plan, compared with the measured figures. */
export function planPromises(result: BenchResult): ClaimVerdict[] {
  const found = byName(result);
  if (!found) return [];
  const { polling, direct } = found;
  const billed = meanOf(direct, 'billed');
  const response = direct.response.percentile(99);
  const reads = pendingReadsPerRequest(direct);
  const quicker = 1 - meanOf(direct, 'returned') / meanOf(polling, 'returned');
  const fewer = 1 - reads / pendingReadsPerRequest(polling);
  const errors = direct.errors / Math.max(1, direct.requests);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return [
    {
      claim: 'average Lambda duration 1500 → 300 ms',
      measured: `${meanOf(polling, 'billed').toFixed(0)} → ${billed.toFixed(0)} ms`,
      holds: billed <= 300,
    },
    {
      claim: 'GetItem per request 15 → 1',
      measured: `${pendingReadsPerRequest(polling).toFixed(2)} → ${reads.toFixed(2)}, and one read of the tunnel`,
      holds: reads <= 1,
    },
    {
      claim: 'p99 of the whole response 3000 → 800 ms',
      measured: `${polling.response.percentile(99).toFixed(0)} → ${response.toFixed(0)} ms`,
      holds: response <= 800,
    },
    {
      claim: 'cost of 100 tunnels $10 → $7 a month: −30 %',
      measured: `$${monthOf(polling).toFixed(2)} → $${monthOf(direct).toFixed(2)}: −${percent(1 - monthOf(direct) / monthOf(polling))}`,
      holds: monthOf(direct) <= 0.7 * monthOf(polling),
    },
    { claim: 'return time −50 %', measured: `−${percent(quicker)}`, holds: quicker >= 0.5 },
    { claim: 'reads −80 %', measured: `−${percent(fewer)}`, holds: fewer >= 0.8 },
    { claim: 'errors below 0.1 %', measured: percent(errors), holds: errors < 0.001 },
    { claim: 'no data lost', measured: `${direct.lost} lost`, holds: direct.lost === 0 },
  ];
}
