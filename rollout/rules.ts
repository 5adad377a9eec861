import type { RolloutItem } from '../functions/core/rollout-item';
import { percentOf, type StoredRollout } from '../functions/core/rollout-store';
import { nextStage, stageOf } from './stages';

/** All facts on which a decision about the rollout depends. Times in ms since the epoch. */
export interface Situation {
  readonly now: number;
  readonly stored: StoredRollout;
  /** Share if no item sets one. */
  readonly initialPercent: number;
  /** The kill switch: false makes all requests poll. */
  readonly useEventDriven: boolean;
  /** Names of the environment's alarms that are on. */
  readonly alarmsOn: readonly string[];
  /** Whether the alarm that rolls back exists. */
  readonly isWatched: boolean;
  /** Whether a probe of sweep returned through stream and bus lately, while the share was as it is now. */
  readonly probeReturned: boolean;
  /** Divides soak times; other than 1 only in rehearsals. */
  readonly timeFactor: number;
}

export type ObstacleCode =
  'latched' | 'malformed' | 'last-stage' | 'kill-switch' | 'alarm' | 'unwatched' | 'unrecorded' | 'soak' | 'probe' | 'skips';

/** Why the rollout should not advance. */
export interface Obstacle {
  readonly code: ObstacleCode;
  readonly text: string;
  /** Whether an operator may overrule the obstacle, with a reason. */
  readonly canBeForced: boolean;
}

const HOUR_MS = 3_600_000;

/** How long the stage must still be watched, in ms; undefined if the beginning of the stage is not recorded. */
export function soakLeftMs({ now, stored, initialPercent, timeFactor }: Situation): number | undefined {
  const soakMs = (stageOf(percentOf(stored, initialPercent)).soakHours * HOUR_MS) / timeFactor;
  if (soakMs === 0) return 0;
  return stored.item && Math.max(0, stored.item.since + soakMs - now);
}

/** All obstacles to setting the share to `to`. Lowering the share has no obstacle, unless the rollout is closed. */
export function obstaclesTo(to: number, situation: Situation): Obstacle[] {
  const { stored, initialPercent } = situation;
  const closed = closedBecause(stored);
  if (closed) return [closed];
  const from = percentOf(stored, initialPercent);
  return to <= from ? [] : doubts(from, to, situation);
}

/** The share to which `next` would lead, and its obstacles. */
export function nextStep(situation: Situation): { readonly to?: number; readonly obstacles: readonly Obstacle[] } {
  const to = nextStage(percentOf(situation.stored, situation.initialPercent))?.percent;
  if (to !== undefined) return { to, obstacles: obstaclesTo(to, situation) };
  const closed = closedBecause(situation.stored);
  return { obstacles: [closed ?? atTheEnd(situation)] };
}

function closedBecause({ item, isMalformed }: StoredRollout): Obstacle | undefined {
  if (isMalformed) return final('malformed', 'the rollout item cannot be read, so all requests poll: "off --why …" writes a new item');
  return item?.latched ? final('latched', `${rolledBack(item)}: only "resume --why …" opens the rollout again`) : undefined;
}

function doubts(from: number, to: number, situation: Situation): Obstacle[] {
  const { alarmsOn, isWatched, probeReturned, useEventDriven } = situation;
  const found: (Obstacle | false)[] = [
    !useEventDriven && doubt('kill-switch', 'the environment has useEventDriven: false, so all requests poll, whatever the share is'),
    alarmsOn.length > 0 && doubt('alarm', `${alarmsOn.length === 1 ? 'an alarm is' : 'alarms are'} on: ${alarmsOn.join(', ')}`),
    !isWatched && doubt('unwatched', 'the alarm that rolls back does not exist: deploy the current version of the environment'),
    soakDoubt(situation),
    from === 0 && !probeReturned && doubt('probe', 'no probe of sweep has returned recently, so it is not proven that stream and bus work'),
    to > (nextStage(from)?.percent ?? 100) &&
      doubt('skips', `the stage after ${from} % is ${nextStage(from)?.percent} %, and no stage should be skipped`),
  ];
  return found.filter((obstacle) => obstacle !== false);
}

function soakDoubt(situation: Situation): Obstacle | false {
  const left = soakLeftMs(situation);
  if (left === undefined)
    return doubt('unrecorded', 'the start of this stage is not recorded: "set" the same share again to start its soak time');
  return left > 0 && doubt('soak', `the soak time of this stage ends in ${duration(left)}`);
}

function atTheEnd(situation: Situation): Obstacle {
  const soak = soakDoubt(situation);
  return final(
    'last-stage',
    soak ? `100 % is the last stage; ${soak.text}` : '100 % is the last stage, and its soak time is over: the rollout is complete',
  );
}

/** What an obstacle was, once somebody has overruled it: "although …". */
const WAS: Readonly<Record<string, string>> = {
  'kill-switch': 'useEventDriven is false',
  alarm: 'an alarm was on',
  unwatched: 'the alarm that rolls back did not exist',
  unrecorded: 'the start of the stage was not recorded',
  soak: 'the soak time was not over',
  probe: 'no probe had returned',
  skips: 'a stage was skipped',
} satisfies Record<Exclude<ObstacleCode, 'latched' | 'malformed' | 'last-stage'>, string>;

/** `although an alarm was on and a stage was skipped`. @param codes as the rollout item has them, perhaps of another version */
export const overruledText = (codes: readonly string[]): string => `although ${codes.map((code) => WAS[code] ?? code).join(' and ')}`;

const final = (code: ObstacleCode, text: string): Obstacle => ({ code, text, canBeForced: false });
const doubt = (code: ObstacleCode, text: string): Obstacle => ({ code, text, canBeForced: true });

const rolledBack = ({ since, by, why }: RolloutItem): string => `rolled back at ${new Date(since).toISOString()} by ${by} (${why})`;

/** A duration in its most useful unit: `5 h`, `12 min`, `40 s`. */
export function duration(ms: number): string {
  if (ms >= HOUR_MS) return `${(Math.ceil(ms / (HOUR_MS / 10)) / 10).toString()} h`;
  return ms >= 60_000 ? `${Math.ceil(ms / 60_000)} min` : `${Math.ceil(ms / 1000)} s`;
}
