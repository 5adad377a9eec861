/** What `npm run rollout` prints. */
import type { Baseline, CohortFigures, RolloutItem } from '../functions/core/rollout-item';
import { percentOf } from '../functions/core/rollout-store';
import type { RolloutOutcome } from './commands';
import { duration, nextStep, overruledText, soakLeftMs, type Obstacle, type Situation } from './rules';
import { stageOf } from './stages';

/** The status as one JSON object. */
export function statusJson(environment: string, situation: Situation): object {
  const { stored, initialPercent, useEventDriven, alarmsOn, isWatched } = situation;
  const percent = percentOf(stored, initialPercent);
  const { to = null, obstacles } = nextStep(situation);
  return {
    environment,
    percent,
    stage: stageOf(percent).percent,
    ...changeJson(stored.item),
    latched: stored.item?.latched ?? false,
    isReadable: !stored.isMalformed,
    useEventDriven,
    soak: { hours: stageOf(percent).soakHours, leftMs: soakLeftMs(situation) ?? null },
    alarmsOn,
    isWatched,
    baseline: stored.item?.baseline ?? null,
    next: { percent: to, obstacles },
  };
}

export function statusText(environment: string, situation: Situation): string {
  const { stored, initialPercent, useEventDriven, alarmsOn, isWatched } = situation;
  const { item } = stored;
  const percent = percentOf(stored, initialPercent);
  const stage = stageOf(percent);
  const left = soakLeftMs(situation);
  return table([
    [environment, `${percent} % of the requests are event-driven${useEventDriven ? '' : ', but the kill switch makes all requests poll'}`],
    ['stage', `${stage.percent} %: ${stage.meaning}`],
    ['since', item ? `${iso(item.since)}, by ${item.by}` : "no change is recorded: the share is the environment's setting"],
    ['why', item?.why],
    ['forced', item?.overruled && overruledText(item.overruled)],
    [
      'rollout',
      item?.latched
        ? 'rolled back, and closed until somebody resumes it'
        : stored.isMalformed
          ? 'the rollout item cannot be read'
          : undefined,
    ],
    ['soak', soakText(stage.soakHours, left)],
    ['baseline', item?.baseline && figures(item.baseline)],
    ['alarms', alarmsOn.join(', ') || (isWatched ? 'none is on' : 'the alarm that rolls back does not exist')],
    ['next', nextText(situation)],
  ]);
}

const soakText = (hours: number, left: number | undefined): string => {
  if (hours === 0) return 'none for this stage';
  if (left === undefined) return `takes ${hours} h, and has not started`;
  return left > 0 ? `ends in ${duration(left)}; it takes ${hours} h` : `over; it took ${hours} h`;
};

function nextText(situation: Situation): string {
  const { to, obstacles } = nextStep(situation);
  if (to === undefined) return obstacleText(obstacles);
  return obstacles.length === 0 ? `would set ${to} %` : `would be refused: ${obstacleText(obstacles)}`;
}

const figures = ({ at, eventDriven, ...polling }: Baseline): string => {
  const each = (of: CohortFigures): string =>
    `${of.responseMs} ms${of.returnMs === undefined ? '' : ` (${of.returnMs} ms to return)`} and ${(100 * of.errorRate).toFixed(2)} % errors`;
  return `polling ${each(polling)}${eventDriven ? `, event-driven ${each(eventDriven)}` : ''} until ${iso(at)}`;
};

/** The result of a command, as one JSON object. */
export function outcomeJson(environment: string, outcome: RolloutOutcome): object {
  if (outcome.kind === 'changed') {
    const { percentBefore, percent, latched, overruled, baseline } = outcome.item;
    return { environment, changed: true, percentBefore, percent, ...changeJson(outcome.item), latched, overruled, baseline };
  }
  const said = outcome.kind === 'refused' ? { obstacles: outcome.obstacles } : { text: outcome.text };
  return { environment, changed: false, refused: outcome.kind === 'refused', ...said };
}

/** Text of what was done. The text of a refusal is an error's message. */
export function outcomeText(environment: string, outcome: Exclude<RolloutOutcome, { kind: 'refused' }>): string {
  if (outcome.kind === 'unchanged') return outcome.text;
  const { percentBefore, percent, by, why, overruled } = outcome.item;
  const forced = overruled ? ` (forced, ${overruledText(overruled)})` : '';
  return `${environment}: ${percentBefore} % → ${percent} %, by ${by}: ${why}${forced}; functions use the new share within seconds`;
}

export const obstacleText = (obstacles: readonly Obstacle[]): string => obstacles.map(({ text }) => text).join('; ');

const iso = (ms: number): string => new Date(ms).toISOString();

const changeJson = (item: RolloutItem | undefined): object =>
  item ? { since: iso(item.since), by: item.by, why: item.why } : { since: null, by: null, why: null };

/** Aligns the rows; rows without a text are left out. */
function table(rows: readonly (readonly [name: string, text: string | undefined])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.flatMap(([name, text]) => (text === undefined ? [] : [`${name.padEnd(width)}${text}`])).join('\n');
}
