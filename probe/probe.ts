import type { LatencyFigures } from '../emulator/latency/aws-latency';
import { agentGateway, idleAgentGateway } from './behaviours/agent-gateway';
import type { Behaviour, Sighting } from './behaviours/behaviour';
import { headerFields } from './behaviours/header-fields';
import { pathAndQuery } from './behaviours/path-and-query';
import { wakeSocket } from './behaviours/wake-socket';
import { filterFor } from './figures/invocations';
import { profileOf } from './figures/profile';
import { samplesIn } from './figures/samples';
import type { Place } from './place';
import { segmentsOf } from '../trace/xray-segments';
import { measuredVisits, type VisitPlan } from './visits';
import { World } from './world';

export interface ProbePlan extends VisitPlan {
  readonly long: boolean;
}

export interface Finding extends Sighting, Pick<Behaviour, 'assumption' | 'reliedOn'> {}

export interface ProbeResult {
  readonly environment: string;
  readonly startedAt: Date;
  readonly figures: LatencyFigures;
  readonly findings: readonly Finding[];
}

/** What is assumed, by what it is about. */
const BEHAVIOURS: readonly (readonly [topic: string, assumed: readonly Behaviour[]])[] = [
  ['path and query', pathAndQuery],
  ['header fields', headerFields],
  ['the agent gateway', agentGateway],
  ['the wake socket', wakeSocket],
];
const SLOW_BEHAVIOURS: typeof BEHAVIOURS = [['idle connections, for more than ten minutes', [idleAgentGateway]]];

/**
 * Measures an environment through a tunnel of its own.
 * @throws NoAgentError or NoAnswerError when the environment cannot be used at all
 */
export async function probe(place: Place, { long, ...plan }: ProbePlan): Promise<ProbeResult> {
  const startedAt = new Date();
  const { environment, xray } = place;
  // Missing rights are found before minutes of visits, not after them.
  await segmentsOf(xray, { from: startedAt.getTime() - 1000, to: startedAt.getTime(), filter: filterFor(environment) });
  plan.progress(`connecting an agent to ${place.agentEndpoint}`);
  const world = await World.open(place);
  try {
    plan.progress(`sending ${plan.visits} visits to the tunnel ${world.tunnel} of ${environment}`);
    const observed = await measuredVisits(world, { ...plan, since: startedAt.getTime() });
    const figures = profileOf(samplesIn(observed), { environment, at: startedAt });
    const findings: Finding[] = [];
    for (const [topic, assumed] of long ? [...BEHAVIOURS, ...SLOW_BEHAVIOURS] : BEHAVIOURS) {
      plan.progress(`checking what is assumed of ${topic}`);
      for (const { check, ...behaviour } of assumed) findings.push({ ...behaviour, ...(await sighted(() => check(world))) });
    }
    return { environment, startedAt, figures, findings };
  } finally {
    await world.close();
  }
}

/** A check that fails says nothing about its assumption. The other checks still run. */
async function sighted(check: () => Promise<Sighting>): Promise<Sighting> {
  try {
    return await check();
  } catch (error) {
    return { seen: `the check failed: ${(error as Error).message}`, holds: undefined };
  }
}
