import { textTable } from '../cli/text-table';
import { missesOfVisitors } from './outcome';
import { isWithin, type Share } from './share';
import type { Seen } from './visitors';

/** The result of raising the share from 0 to 100 %. */
export interface Walk {
  readonly timeFactor: number;
  /** One for each stage that was reached. */
  readonly shares: readonly Share[];
  /** Codes of the obstacles that refused `next` when it was tried too early. */
  readonly refusals: readonly string[];
  readonly seen: Seen;
  readonly unfinished: number;
}

/** What a walk missed, one sentence each. */
export function missesOfWalk({ shares, refusals, seen, unfinished }: Walk): string[] {
  const last = shares.at(-1)?.percent;
  return [
    ...(last === 100 ? [] : [`the rollout reached ${last} %, not 100 %`]),
    ...(refusals.includes('probe') ? [] : ['the rollout could leave 0 % before a probe had come back']),
    ...(refusals.includes('soak') ? [] : ['the rollout could leave a stage before its soak time was over']),
    ...shares.flatMap((share) =>
      isWithin(share)
        ? []
        : [
            `at ${share.percent} % ${share.eventDriven} of ${share.requests} requests were event-driven, not ${share.least} to ${share.most}`,
          ],
    ),
    ...missesOfVisitors(seen, unfinished),
  ].map((miss) => `rollout: ${miss}`);
}

export function walkReport({ shares, refusals, seen, unfinished }: Walk, misses: readonly string[]): string {
  const rows = shares.map((share) => [
    `${share.percent} %`,
    ...[share.requests, share.eventDriven].map(String),
    `${share.least} to ${share.most}`,
    isWithin(share) ? 'yes' : 'no',
  ]);
  return [
    textTable(['stage', 'requests', 'event-driven', 'expected', 'within'], rows),
    `"next" was refused when it was too early, because of: ${[...new Set(refusals)].join(', ')}`,
    `${seen.asked} visitors, ${seen.errors} errors, ${seen.lost} answers lost, ${unfinished} unfinished`,
    misses.length === 0 ? 'Every target was met.' : `Missed:\n${misses.map((miss) => `  ${miss}`).join('\n')}`,
  ].join('\n\n');
}

/** One line of `--json`. */
export const walkJson = ({ shares, seen, unfinished, timeFactor }: Walk): object => ({
  rehearsal: 'rollout',
  stages: shares,
  visitorErrors: seen.errors,
  lost: seen.lost,
  unfinished,
  timeFactor,
});
