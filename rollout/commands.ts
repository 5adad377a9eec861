import type { Baseline, RolloutItem } from '../functions/core/rollout-item';
import { changeRollout, percentOf, type Change, type RolloutStore, type StoredRollout } from '../functions/core/rollout-store';
import { nextStep, obstaclesTo, type Obstacle, type Situation } from './rules';
import type { Watch } from './watch';
import { ToldError } from '../cli/told-error';

/** What a command is carried out with. */
export interface Operation {
  readonly store: RolloutStore;
  readonly watch: Watch;
  /** In ms since the epoch. */
  readonly now: () => number;
  /** Share where no item says one, and the kill switch: the environment's settings. */
  readonly initialPercent: number;
  readonly useEventDriven: boolean;
  /** Divides soak times; 1 but for rehearsals. */
  readonly timeFactor: number;
}

/** Who wants it, and why. */
export interface Reason {
  readonly by: string;
  readonly why: string;
  /** Overrules what can be overruled. */
  readonly force: boolean;
}

export type Outcome =
  | { readonly kind: 'changed'; readonly item: RolloutItem }
  | { readonly kind: 'unchanged'; readonly text: string }
  | { readonly kind: 'refused'; readonly obstacles: readonly Obstacle[] };

/** Somebody else changed the rollout between reading and writing. */
class ChangedMeanwhileError extends ToldError {
  override readonly name = 'ChangedMeanwhileError';
}

const OFF_ATTEMPTS = 5;

/** What nobody looked at. */
const UNSEEN = { alarmsOn: [], isWatched: false, probeReturned: false };

/** A probe is sent every minute; one that came back this long ago still speaks for the way. In ms. */
const PROBE_WINDOW_MS = 10 * 60_000;
/** What an advance is compared over, at most: a day has every hour in it. In ms. */
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
export async function next(operation: Operation, reason: Reason): Promise<Outcome> {
  const situation = await look(operation);
  const { to, obstacles } = nextStep(situation);
  return to === undefined ? { kind: 'refused', obstacles } : advance(operation, situation, { to, obstacles, reason });
}

/** Sets a share: up by the same rules as `next`; down at once, which needs nothing but the table. */
export async function set(operation: Operation, percent: number, reason: Reason): Promise<Outcome> {
  const { store, initialPercent } = operation;
  const stored = await store.read();
  const isRaised = percent > percentOf(stored, initialPercent);
  const situation = isRaised ? await look(operation) : { ...operation, now: operation.now(), stored, ...UNSEEN };
  return advance(operation, situation, { to: percent, obstacles: obstaclesTo(percent, situation), reason });
}

/** Everybody polls, at once, whoever else changes it at the same time; needs nothing but the table. What is latched is off already. */
export async function off(operation: Operation, { by, why }: Reason): Promise<Outcome> {
  const { store, now, initialPercent } = operation;
  for (let attempt = 0; attempt < OFF_ATTEMPTS; attempt++) {
    const stored = await store.read();
    if (stored.item?.percent === 0) return { kind: 'unchanged', text: 'everybody polls already' };
    const item = await changeRollout(
      store,
      stored,
      { ...kept(stored), percent: 0, latched: false, by, why },
      { now: now(), initialPercent },
    );
    if (item) return { kind: 'changed', item };
  }
  throw new ChangedMeanwhileError('others kept changing the rollout: try again');
}

/**
 * Opens the way again after a rollback, at 0 %: whatever was mended, the stages show it. Changes nothing for any request.
 */
export async function resume(operation: Operation, reason: Reason): Promise<Outcome> {
  const stored = await operation.store.read();
  if (!stored.item?.latched) return { kind: 'unchanged', text: 'nothing is rolled back: there is nothing to resume' };
  return write(operation, stored, { ...kept(stored), percent: 0, latched: false, by: reason.by, why: reason.why });
}

async function advance(
  operation: Operation,
  situation: Situation,
  { to, obstacles, reason }: { to: number; obstacles: readonly Obstacle[]; reason: Reason },
): Promise<Outcome> {
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

async function write({ store, now, initialPercent }: Operation, stored: StoredRollout, change: Change): Promise<Outcome> {
  const item = await changeRollout(store, stored, change, { now: now(), initialPercent });
  if (item) return { kind: 'changed', item };
  const { item: theirs } = await store.read();
  const what = theirs ? `set to ${theirs.percent} % by ${theirs.by} (${theirs.why})` : 'changed';
  throw new ChangedMeanwhileError(`the rollout was ${what} meanwhile, and nothing was done: look at "status", and decide again`);
}

/** How the stage that ends was; without anybody who polled, the baseline stays what it was. */
async function measure(watch: Watch, { item }: StoredRollout, now: number): Promise<Baseline | undefined> {
  const from = Math.max(item?.since ?? 0, now - BASELINE_WINDOW_MS);
  const [polling, eventDriven] = await Promise.all([watch.figures('polling', from, now), watch.figures('event-driven', from, now)]);
  return polling && { at: now, ...polling, ...(eventDriven && { eventDriven }) };
}

const kept = ({ item }: StoredRollout): Pick<Change, 'baseline'> => (item?.baseline ? { baseline: item.baseline } : {});
