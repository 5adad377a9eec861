import { setTimeout as sleep } from 'node:timers/promises';
import { Director } from './director';
import type { History, Sighting, Visit } from './judge/history';
import { arrivals } from './load/arrivals';
import { Pace } from './load/pace';
import { Visitors } from './load/visitors';
import type { Phase } from './plan/plan';
import { World } from './world/world';

export interface RunOptions {
  readonly seed: number;
  /** Arrivals a second on a machine that can take them. */
  readonly rate: number;
  /** The built program of this project's agent. */
  readonly agentProgram: string;
  readonly progress: (text: string) => void;
}

export interface PhaseResult {
  readonly history: History;
  /** How often each fault of the emulator struck, by name. */
  readonly struck: Readonly<Record<string, number>>;
  /** What the functions counted of answers that were not simply delivered, by metric. */
  readonly counted: Readonly<Record<string, number>>;
  /** From the first visitor to the last, in ms. */
  readonly loadMs: number;
}

const PACE_MS = 1000;
const TOLD_MS = 5000;
/** A machine that stood still for longer than this does not make up for it: visitors come later then. In ms. */
const MOST_LATE_MS = 500;

/** Lets one local cloud serve a phase of the plan, from its boot to its end. */
export async function runPhase(phase: Phase, options: RunOptions): Promise<PhaseResult> {
  const visits: Visit[] = [];
  const sightings: Sighting[] = [];
  options.progress(`mode ${phase.mode}: the local cloud boots`);
  const world = await World.open({ ...options, mode: phase.mode, onSighting: (sighting) => sightings.push(sighting) });
  try {
    const visitors = new Visitors(world.tunnel.visitorUrl, world.tunnel.streamUrl ?? '', (visit) => visits.push(visit));
    const director = new Director(world, phase.happenings);
    const began = performance.now();
    const telling = setInterval(() => options.progress(told(phase, visits, visitors, director)), TOLD_MS);
    try {
      await load(phase, options, { world, visitors, director });
    } finally {
      clearInterval(telling);
    }
    const loadMs = performance.now() - began;
    options.progress(`mode ${phase.mode}: the last visitor has come`);
    await Promise.all([visitors.ended(), director.ended()]);
    visitors.close();
    const counts = world.cloud.services.faults.counts();
    const struck = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count.struck]));
    const counted = world.countedAnswers();
    options.progress(`mode ${phase.mode}: everybody leaves`);
    const leftOver = await world.empty();
    const history = { ...world.seen, visits, sightings, happened: director.happened, leftOver };
    return { history, struck, counted, loadMs };
  } finally {
    await world.close();
  }
}

/** Sends each visitor when it comes, and waits for no answer. */
async function load(
  phase: Phase,
  { seed, rate }: RunOptions,
  { world, visitors, director }: { world: World; visitors: Visitors; director: Director },
): Promise<void> {
  const { lambda } = world.cloud.services;
  const pace = new Pace(() => lambda.waiting);
  let at = performance.now();
  let lookedAt = at;
  const pacing = setInterval(() => {
    const now = performance.now();
    pace.look(now - lookedAt - PACE_MS);
    lookedAt = now;
  }, PACE_MS);
  try {
    for (const arrival of arrivals(seed, phase)) {
      at = Math.max(at + (arrival.gap * 1000) / (rate * pace.now), performance.now() - MOST_LATE_MS);
      const waitMs = at - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      director.reach(arrival.index);
      visitors.send(arrival, world.tunnelIdOf(arrival.tunnel));
    }
  } finally {
    clearInterval(pacing);
  }
}

function told({ mode, requests }: Phase, visits: readonly Visit[], visitors: Visitors, director: Director): string {
  const right = visits.filter(({ end }) => end.kind === 'own-answer').length;
  const on = director.onNow.length === 0 ? '' : `; ${director.onNow.join(', ')}`;
  return `mode ${mode}: ${visits.length} of ${requests} visits ended, ${right} with their answer, ${visitors.inFlight} in flight${on}`;
}
