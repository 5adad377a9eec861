import { percentOf, type StoredRollout } from '../../functions/core/rollout-store';
import { shortName } from '../../environments/physical-name';
import type { RolloutSource } from './local-rollout';
import type { RolloutCard } from './view-model';

export interface CardFacts extends Pick<RolloutSource, 'initialPercent' | 'useEventDriven'> {
  /** An error if the table could not be read. */
  readonly stored: StoredRollout | Error;
  readonly environment: string;
  readonly alarmsOn: readonly string[];
}

/** The rollout item as it is stored, and the command that comes next. */
export function rolloutCard(facts: CardFacts): RolloutCard {
  const { stored, initialPercent, useEventDriven } = facts;
  if (stored instanceof Error) return { state: 'unreadable', trouble: stored.message, next: nextOf('unreadable', facts) };
  const state = stored.isMalformed ? 'malformed' : stored.item?.latched ? 'latched' : useEventDriven ? 'open' : 'switched-off';
  const { since, by, why, overruled } = stored.item ?? {};
  return {
    state,
    percent: percentOf(stored, initialPercent),
    ...(since !== undefined &&
      by !== undefined &&
      why !== undefined && { change: { since, by, why: readable(why), ...(overruled && { overruled }) } }),
    next: nextOf(state, facts),
  };
}

/** A rollback stores the ARN of the alarm in its reason. */
const readable = (why: string): string =>
  why.replace(/arn:[\w-]+:cloudwatch:[\w:-]+:alarm:([\w-]+)/g, (_, alarm: string) => shortName(alarm));

function nextOf(state: RolloutCard['state'], { stored, initialPercent, environment, alarmsOn }: CardFacts): RolloutCard['next'] {
  const run = (command: string): string => `npm run rollout -- --env ${environment} ${command}`;
  const areOn = alarmsOn.length === 1 ? 'an alarm is on' : `${alarmsOn.length} alarms are on`;
  switch (state) {
    case 'unreadable':
      return { command: run('status'), text: 'The table could not be read; see whether the command can read it.' };
    case 'malformed':
      return { command: run('off --why "…"'), text: 'Writes a new item. Until then all requests poll.' };
    case 'latched':
      return {
        command: run('resume --why "…"'),
        text:
          alarmsOn.length > 0
            ? `First mend the fault: ${areOn}. Then this opens the rollout again, at 0 %.`
            : 'When the fault is mended, this opens the rollout again, at 0 %.',
      };
    case 'switched-off':
      return { text: 'The kill switch is on (useEventDriven: false): all requests poll, whatever the share is.' };
    case 'open':
  }
  const percent = stored instanceof Error ? 0 : percentOf(stored, initialPercent);
  if (alarmsOn.length > 0) {
    return percent > 0
      ? { command: run('off --why "…"'), text: `All requests poll while you look for the cause: ${areOn}.` }
      : { command: run('status'), text: `No request is event-driven, and "next" is refused: ${areOn}.` };
  }
  return percent < 100
    ? { command: run('next'), text: 'Goes one stage on, or says what is in the way.' }
    : { command: run('status'), text: '100 % is the last stage; this says how long it is still to be watched.' };
}
