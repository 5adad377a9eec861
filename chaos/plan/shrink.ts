import type { Finding } from '../judge/judge';
import type { Happening, Phase, Plan } from './plan';

/** What is known of a failing plan after some reruns. */
export interface Shrunk {
  /** The shortest plan that has failed. */
  readonly plan: Plan;
  /** How often that plan was run again before anything was taken out of it, and how often it failed. */
  readonly confirmed: { readonly runs: number; readonly failures: number };
  readonly reruns: number;
}

export interface ShrinkOptions {
  /** Runs a plan. @returns whether it fails */
  readonly fails: (plan: Plan) => Promise<boolean>;
  /** Most reruns. */
  readonly reruns: number;
}

/** The same plan is run so often before anything is taken out, to see whether it fails each time. */
const CONFIRMATIONS = 2;
/** So many requests before the failing one stay in the plan, and so many after it. */
const BEFORE = 300;
const AFTER = 100;

/** One phase of a failed run. */
export interface FailedPhase {
  readonly phase: Phase;
  readonly findings: readonly Finding[];
}

/** Looks for the shortest plan that still fails, with a limited number of reruns. */
export async function shrink(seed: number, failed: FailedPhase, { fails, reruns }: ShrinkOptions): Promise<Shrunk> {
  let used = 0;
  const planOf = (phase: Phase): Plan => ({ seed, phases: [phase] });
  const failsAgain = async (phase: Phase): Promise<boolean> => {
    if (used >= reruns) return false;
    used++;
    return fails(planOf(phase));
  };
  let phase = around(failed);
  let failures = 0;
  for (let i = 0; i < CONFIRMATIONS; i++) if (await failsAgain(phase)) failures++;
  const confirmed = { runs: used, failures };
  if (failures === 0) return { plan: planOf(phase), confirmed, reruns: used };
  // A plan that does not fail each time gets as many attempts as it needed.
  const attempts = failures === CONFIRMATIONS ? 1 : CONFIRMATIONS;
  const failsWith = async (happenings: readonly Happening[]): Promise<boolean> => {
    for (let i = 0; i < attempts; i++) if (await failsAgain({ ...phase, happenings: [...happenings] })) return true;
    return false;
  };
  const needed = await fewest(phase.happenings, failsWith);
  phase = { ...phase, happenings: needed };
  return { plan: planOf(phase), confirmed, reruns: used };
}

/** The part of a phase around its first failing request; the whole phase where a finding belongs to no request. */
export function around({ phase, findings }: FailedPhase): Phase {
  const places = findings.map(({ index }) => index);
  if (places.some((index) => index === undefined)) return phase;
  const place = Math.min(...(places as number[]));
  const first = Math.max(phase.first, place - BEFORE);
  const end = Math.min(phase.first + phase.requests, place + AFTER);
  return {
    ...phase,
    first,
    requests: end - first,
    happenings: phase.happenings.filter(({ before }) => before >= first && before < end),
  };
}

/**
 * Takes items out as long as the rest still fails: halves first, then smaller parts (delta debugging,
 * https://www.st.cs.uni-saarland.de/papers/tse2002/).
 */
export async function fewest<T>(items: readonly T[], fails: (items: readonly T[]) => Promise<boolean>): Promise<T[]> {
  let left = [...items];
  for (let parts = 2; left.length > 0;) {
    const size = Math.ceil(left.length / parts);
    const shorter = await firstOf(partsOf(left, size), fails);
    if (shorter) {
      left = shorter;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) return left;
    else parts = Math.min(left.length, parts * 2);
  }
  return left;
}

/** What stays when one part is taken out, for each part. */
function* partsOf<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield [...items.slice(0, start), ...items.slice(start + size)];
}

async function firstOf<T>(candidates: Iterable<T[]>, fails: (items: readonly T[]) => Promise<boolean>): Promise<T[] | undefined> {
  for (const candidate of candidates) if (await fails(candidate)) return candidate;
  return undefined;
}
