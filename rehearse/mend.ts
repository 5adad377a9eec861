import { setTimeout as sleep } from 'node:timers/promises';
import { next, resume, type RolloutOutcome } from '../rollout/commands';
import type { Progress } from '../cli/progress';
import type { RehearsalCloud } from './rehearsal-cloud';
import type { Mending, RunOptions } from './run';
import { sendSweep } from './sweep';

/** Times in ms, divided by the factor: until alarms are off and a probe was counted, until a new alarm would come, between probes. */
const RECOVERY_MS = 600_000;
/**
 * How long no alarm must have been on, in ms, divided by the factor. The periods that an alarm judges begin anew with each evaluation. So an alarm
 * can go off for a moment, because a period in which no event-driven request came lies in its window, and on again with the next evaluation.
 */
const CALM_MS = 60_000;
const WATCHED_MS = 120_000;
const PROBE_MS = 30_000;

/** Continues as an operator would after the fault is mended: with the same commands, and without force. */
export async function mend(rehearsal: RehearsalCloud, options: RunOptions, progress: Progress): Promise<Mending> {
  const { timeFactor, signal } = options;
  const { operation, assignments, changes } = rehearsal;
  const reason = { by: 'rehearsal', why: 'the fault is repaired', force: false };
  const early = await next(operation, reason);
  const refusedWhileLatched = early.kind === 'refused' && early.obstacles.some(({ code }) => code === 'latched');
  progress(`next: ${textOf(early)}`);
  progress(`resume: ${textOf(await resume(operation, reason))}`);

  await calm(rehearsal, options);
  const outcome = await nextWhenItIsLet(rehearsal, options, progress);
  const changedAt = Date.now();
  if (outcome.kind === 'changed') await sleep(WATCHED_MS / timeFactor, undefined, { signal });
  return {
    refusedWhileLatched,
    percent: changes.all.at(-1)?.percent ?? 0,
    after: assignments.between(changedAt),
    rolledBackAgain: changes.rolledBackAfter(changedAt) !== undefined,
  };
}

/** Waits until no alarm has been on for a while, as an operator does who looks twice. Ends in any case when the alarms should be off. */
async function calm({ operation }: RehearsalCloud, { timeFactor, signal }: RunOptions): Promise<void> {
  const endsAt = Date.now() + RECOVERY_MS / timeFactor;
  for (let onAt = Date.now(); Date.now() < Math.min(onAt + CALM_MS / timeFactor, endsAt); await sleep(200, undefined, { signal })) {
    if ((await operation.watch.alarms()).on.length > 0) onAt = Date.now();
  }
}

/** Tries `next` until it is not refused, and sends sweep's probe meanwhile, at an interval that the factor divides. */
export async function nextWhenItIsLet(
  { cloud, operation }: RehearsalCloud,
  { timeFactor, signal }: RunOptions,
  progress: Progress,
): Promise<RolloutOutcome> {
  const endsAt = Date.now() + RECOVERY_MS / timeFactor;
  let said = '';
  for (let sweepAt = 0; ; await sleep(200, undefined, { signal })) {
    if (Date.now() >= sweepAt) {
      sendSweep(cloud);
      sweepAt = Date.now() + PROBE_MS / timeFactor;
    }
    const outcome = await next(operation, { by: 'rehearsal', why: 'the next stage', force: false });
    if (textOf(outcome) !== said) progress(`next: ${(said = textOf(outcome))}`);
    if (outcome.kind === 'changed' || Date.now() >= endsAt) return outcome;
  }
}

export function textOf(outcome: RolloutOutcome): string {
  switch (outcome.kind) {
    case 'changed':
      return `${outcome.item.percent} %`;
    case 'unchanged':
      return outcome.text;
    case 'refused':
      return `refused, because ${outcome.obstacles.map(({ text }) => text).join('; ')}`;
  }
}
