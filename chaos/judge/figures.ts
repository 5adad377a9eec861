import type { Happened, History } from './history';
import { textOf, type Finding, type Rule } from './judge';

/** The last line of `--json`. */
export interface Figures {
  readonly requests: number;
  readonly seed: number;
  /** How often each fault struck, and how often each other thing happened. */
  readonly faults: Readonly<Record<string, number>>;
  /** Visits that did not end with the visitor's own answer, by what they got instead. */
  readonly errors: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly lost: number;
  readonly crossed: number;
  readonly twice: number;
  readonly leftover: number;
}

/** @param struck how often the faults of the emulator struck, by name */
export function figuresOf(
  seed: number,
  { visits, happened }: Pick<History, 'visits' | 'happened'>,
  struck: Readonly<Record<string, number>>,
  findings: readonly Finding[],
): Figures {
  const of = (rule: Rule): number => findings.filter((finding) => finding.rule === rule).reduce((sum, { count }) => sum + count, 0);
  const others = happened.filter(({ kind }) => !(kind in struck));
  return {
    requests: visits.length,
    seed,
    faults: sorted({ ...struck, ...tally(others.map(({ kind }: Happened) => kind)) }),
    errors: sorted(tally(visits.filter(({ end }) => end.kind !== 'own-answer').map(textOf))),
    slowestMs: Math.round(visits.reduce((slowest, { sentAt, endedAt }) => Math.max(slowest, endedAt - sentAt), 0)),
    lost: of('lost'),
    crossed: of('crossed'),
    twice: of('twice'),
    leftover: of('leftover'),
  };
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The most frequent first; what never happened is left out. */
const sorted = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counts)
      .filter(([, n]) => n > 0)
      .sort(([, a], [, b]) => b - a),
  );

export const isKept = ({ lost, crossed, twice, leftover }: Figures): boolean => lost + crossed + twice + leftover === 0;
