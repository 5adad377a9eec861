import { setTimeout as sleep } from 'node:timers/promises';
import { environments } from '../environments';
import { next } from '../rollout/commands';
import { ringing, type FirstHour } from './first-hour-report';
import { textOf } from './mend';
import type { Progress } from '../cli/progress';
import { startRehearsal, type RehearsalCloud } from './rehearsal-cloud';
import type { RunOptions } from './run';
import { GRACE_MS } from './run-scenario';
import { sendSweep } from './sweep';

/** Times in ms, divided by the factor. */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How long the mapping does not read: longer than AWS's "several minutes", and shorter than the grace for probes. */
const MAPPING_START_MS = 12 * MINUTE_MS;

/** Lets visitors come to a new environment with the settings of `prod`, whose event source mapping begins to read late. */
export async function firstHour(options: RunOptions, progress: Progress): Promise<FirstHour> {
  const { responsePath, timings } = environments.prod;
  const rehearsal = await startRehearsal({
    ...options,
    mode: responsePath.mode,
    percent: responsePath.percent,
    faults: [],
    newEnvironment: { mappingStartMs: MAPPING_START_MS, probeGraceMs: timings.probeGraceMs },
  });
  try {
    return await spend(rehearsal, options, progress);
  } finally {
    await rehearsal.close();
  }
}

async function spend(rehearsal: RehearsalCloud, options: RunOptions, progress: Progress): Promise<FirstHour> {
  const { cloud, visitors, operation } = rehearsal;
  const { timeFactor, rate, signal } = options;
  const { alarms, mappings } = cloud.services;
  const beganAt = Date.now();
  let firstReadAt: number | undefined;
  let lostProbes = 0;
  mappings[0]?.events.once('batch', ({ at }) => {
    firstReadAt = at;
    progress(`the mapping reads, after ${lostProbes} probes`);
  });
  alarms.events.on('transition', (transition) => {
    if (ringing(transition)) progress(`${transition.name} ${transition.to}: ${transition.reason}`);
  });
  visitors.start();
  progress(`the first hour begins, in ${(HOUR_MS / timeFactor / MINUTE_MS).toFixed(1)} minutes; visitors come, ${rate} a second`);
  for (let at = beganAt; at < beganAt + HOUR_MS / timeFactor; at += MINUTE_MS / timeFactor) {
    await sleep(Math.max(0, at - Date.now()), undefined, { signal });
    sendSweep(cloud);
    if (firstReadAt === undefined) lostProbes++;
  }
  const outcome = await next(operation, { by: 'rehearsal', why: 'after the first hour', force: false });
  progress(`next: ${textOf(outcome)}`);
  const waiting = await visitors.stop(GRACE_MS);
  return {
    timeFactor,
    beganAt,
    firstReadAt,
    lostProbes,
    rung: alarms.history().filter(ringing),
    next: outcome.kind === 'changed' ? undefined : textOf(outcome),
    seen: visitors.seen,
    unfinished: waiting + (await rehearsal.rowsThatStay()),
  };
}
