import type { Baseline, RolloutItem } from '../functions/core/rollout-item';
import { changeRollout, percentOf, type RolloutUpdate, type RolloutStore, type StoredRollout } from '../functions/core/rollout-store';
import { nextStep, obstaclesTo, type Obstacle, type Situation } from './rules';
import type { Watch } from './watch';
import { ToldError } from '../cli/told-error';

/** Everything that a command needs. */
export interface Operation {
  readonly store: RolloutStore;
  readonly watch: Watch;
  /** In ms since the epoch. */
  readonly now: () => number;
  /** Settings of the environment: the share if no item sets one, and the kill switch. */
  readonly initialPercent: number;
  readonly useEventDriven: boolean;
  /** Divides soak times; other than 1 only in rehearsals. */
  readonly timeFactor: number;
}

/** Who changes the rollout, and why. */
export interface Reason {
  readonly by: string;
  readonly why: string;
  /** Overrules the obstacles that can be overruled. */
  readonly force: boolean;
}

export type RolloutOutcome =
  | { readonly kind: 'changed'; readonly item: RolloutItem }
  | { readonly kind: 'unchanged'; readonly text: string }
  | { readonly kind: 'refused'; readonly obstacles: readonly Obstacle[] };

/** Another caller changed the rollout between reading and writing. */
class ChangedMeanwhileError extends ToldError {
  override readonly name = 'ChangedMeanwhileError';
}

const OFF_ATTEMPTS = 5;

/** Placeholders for what was not looked at: lowering a share does not depend on alarms and probes. */
const UNSEEN = { alarmsOn: [], isWatched: false, probeReturned: false };

/** A probe is sent every minute. A probe that returned within this time still proves that stream and bus work. In ms. */
const PROBE_WINDOW_MS = 10 * 60_000;
/** Longest time over which a baseline is measured, in ms: a day contains every hour. */
const BASELINE_WINDOW_MS = 24 * 3_600_000;

/** Looks at everything that a decision needs. */
export async function look({ store, watch, now, ...settings }: Operation): Promise<Situation> {
  const stored = await store.read();
  const to = now();
  const since = stored.item?.since ?? 0;
  const [{ on, isWatched }, probeReturned] = await Promise.all([
    watch.alarms(),
    watch.probeReturned(Math.max(since, to - PROBE_WINDOW_MS), to),
  ]);
  return { now: to, stored, alarmsOn: on, isWatched, probeReturned, ...settings };
}

/** Advances to the next stage. */
export async function next(operation: Operation, reason: Reason): Promise<RolloutOutcome> {
  const situation = await look(operation);
  const { to, obstacles } = nextStep(situation);
  return to === undefined ? { kind: 'refused', obstacles } : advance(operation, situation, { to, obstacles, reason });
}

/** Sets a share. A higher share follows the same rules as `next`. A lower share is set at once and needs only the table. */
export async function set(operation: Operation, percent: number, reason: Reason): Promise<RolloutOutcome> {
  const { store, initialPercent } = operation;
  const stored = await store.read();
  const isRaised = percent > percentOf(stored, initialPercent);
  const situation = isRaised ? await look(operation) : { ...operation, now: operation.now(), stored, ...UNSEEN };
  return advance(operation, situation, { to: percent, obstacles: obstaclesTo(percent, situation), reason });
}

/**
 * Makes all requests poll at once, even if other callers change the rollout at the same time. Needs only the table.
 * A latched rollout is off already.
 */
export async function off(operation: Operation, { by, why }: Reason): Promise<RolloutOutcome> {
  const { store, now, initialPercent } = operation;
  for (let attempt = 0; attempt < OFF_ATTEMPTS; attempt++) {
    const stored = await store.read();
    if (stored.item?.percent === 0) return { kind: 'unchanged', text: 'all requests poll already' };
    const item = await changeRollout(
      store,
      stored,
      { ...kept(stored), percent: 0, latched: false, by, why },
      { now: now(), initialPercent },
    );
    if (item) return { kind: 'changed', item };
  }
  throw new ChangedMeanwhileError('other callers kept changing the rollout: try again');
}

/**
 * Opens the rollout again after a rollback, at 0 %: no request changes its mode. The next stages show whether the fault is mended.
 */
export async function resume(operation: Operation, reason: Reason): Promise<RolloutOutcome> {
  const stored = await operation.store.read();
  if (!stored.item?.latched) return { kind: 'unchanged', text: 'the rollout is not rolled back, so there is nothing to resume' };
  return write(operation, stored, { ...kept(stored), percent: 0, latched: false, by: reason.by, why: reason.why });
}

async function advance(
  operation: Operation,
  situation: Situation,
  { to, obstacles, reason }: { to: number; obstacles: readonly Obstacle[]; reason: Reason },
): Promise<RolloutOutcome> {
  if (obstacles.some(({ canBeForced }) => !canBeForced || !reason.force)) return { kind: 'refused', obstacles };
  const { stored, initialPercent, now } = situation;
  const isRaised = to > percentOf(stored, initialPercent);
  const baseline = isRaised ? await measure(operation.watch, stored, now) : undefined;
  return write(operation, stored, {
    ...kept(stored),
    percent: to,
    latched: false,
    by: reason.by,
    why: reason.why,
    ...(obstacles.length > 0 && { overruled: obstacles.map(({ code }) => code) }),
    ...(baseline && { baseline }),
  });
}

async function write({ store, now, initialPercent }: Operation, stored: StoredRollout, change: RolloutUpdate): Promise<RolloutOutcome> {
  const item = await changeRollout(store, stored, change, { now: now(), initialPercent });
  if (item) return { kind: 'changed', item };
  const { item: theirs } = await store.read();
  const what = theirs ? `set to ${theirs.percent} % by ${theirs.by} (${theirs.why})` : 'changed';
  throw new ChangedMeanwhileError(
    `the rollout was ${what} in the meantime, so this command changed nothing: look at "status", and decide again`,
  );
}

/** Measures the stage that ends. If no request polled, the result is undefined and the old baseline stays. */
async function measure(watch: Watch, { item }: StoredRollout, now: number): Promise<Baseline | undefined> {
  const from = Math.max(item?.since ?? 0, now - BASELINE_WINDOW_MS);
  const [polling, eventDriven] = await Promise.all([watch.figures('polling', from, now), watch.figures('event-driven', from, now)]);
  return polling && { at: now, ...polling, ...(eventDriven && { eventDriven }) };
}

const kept = ({ item }: StoredRollout): Pick<RolloutUpdate, 'baseline'> => (item?.baseline ? { baseline: item.baseline } : {});
