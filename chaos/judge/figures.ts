import type { Happened, History } from './history';
import { cutReasonOf, textOf, type Finding, type Rule } from './judge';

/** Visits at the streaming door. */
export interface StreamFigures {
  readonly visits: number;
  /** How often a connection ended before the end of its answer, by the reason that the function gave. */
  readonly cut: Readonly<Record<string, number>>;
  /** Visitors who went away. */
  readonly left: number;
  /** The longest time from a visitor's leaving to the end of its waiter, in ms. */
  readonly waitedOnMs: number;
}

/** The last line of `--json`. */
export interface Figures {
  readonly requests: number;
  readonly seed: number;
  /** How often each fault struck, and how often each other thing happened. */
  readonly faults: Readonly<Record<string, number>>;
  /** Visits that did not end with the visitor's own answer, by what they got instead. */
  readonly errors: Readonly<Record<string, number>>;
  readonly streams: StreamFigures;
  readonly slowestMs: number;
  readonly lost: number;
  readonly crossed: number;
  readonly twice: number;
  readonly leftover: number;
}

/** @param struck how often the faults of the emulator struck, by name */
export function figuresOf(
  seed: number,
  { visits, happened, waiters }: Pick<History, 'visits' | 'happened' | 'waiters'>,
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
    streams: streamFiguresOf(visits, waiters),
    slowestMs: Math.round(visits.reduce((slowest, { sentAt, endedAt }) => Math.max(slowest, endedAt - sentAt), 0)),
    lost: of('lost'),
    crossed: of('crossed'),
    twice: of('twice'),
    leftover: of('leftover'),
  };
}

function streamFiguresOf(visits: History['visits'], waiters: History['waiters']): StreamFigures {
  const streamed = visits.filter((visit) => visit.streamed !== undefined);
  const left = streamed.filter(({ end }) => end.kind === 'left');
  const waitedOn = left.map(({ nonce, endedAt }) => (waiters.get(nonce)?.endedAt ?? endedAt) - endedAt);
  const cut = streamed.filter(({ end }) => end.kind === 'cut').map(({ nonce }) => cutReasonOf(waiters.get(nonce)?.failure) ?? 'ended');
  return { visits: streamed.length, cut: sorted(tally(cut)), left: left.length, waitedOnMs: Math.max(0, ...waitedOn) };
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
