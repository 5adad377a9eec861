import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from '../agent';
import { LocalService } from '../bench/local-service';
import { Timeline } from '../bench/timeline';
import { environments, type Environment } from '../environments';
import { randomTokenKey, signToken } from '../local/agent-token';
import { chain } from '../emulator/aws-endpoint/call-recorder';
import { validateFaultPlan, type FaultPlanInput } from '../emulator/faults/fault-plan';
import { isNamed } from '../emulator/faults/faults';
import { withStack } from '../local/kept-stacks/with-stack';
import { LocalCloud } from '../emulator/local-cloud';
import type { Operation } from '../rollout/commands';
import { connect } from '../rollout/connect';
import { buildFunctions } from '../functions/build-functions';
import { Assignments } from './assignments';
import { RolloutChanges } from './rollout-changes';
import { Visitors } from './visitors';

const BUNDLES = path.join(__dirname, '../dist/functions');
const TUNNEL = 'rehearsal';
const ANSWER_BYTES = 1024;
/** What the agent's local service takes, in ms. */
const AGENT_MS = 50;
/** A removal is sent when its visitor has been answered, and may be on its way for so long; looked at in steps. In ms. */
const REMOVAL_MS = 5000;
const LOOK_MS = 50;

export interface RehearsalOptions {
  readonly mode: 'bus' | 'direct';
  /** Share of requests that is event-driven to begin with. */
  readonly percent: number;
  readonly faults: FaultPlanInput['faults'];
  /** Divides periods of alarms and times of caches; no clock, no deadline. */
  readonly timeFactor: number;
  /** Arrivals a second. */
  readonly rate: number;
  readonly seed: number;
}

/** The local cloud with an agent, visitors, and those who look on. */
export interface RehearsalCloud {
  readonly cloud: LocalCloud;
  readonly visitors: Visitors;
  readonly assignments: Assignments;
  readonly changes: RolloutChanges;
  /** The commands of `npm run rollout` against this cloud. */
  readonly operation: Operation;
  /** How many rows of requests stay, once those that are being removed have gone. */
  rowsThatStay(): Promise<number>;
  close(): Promise<void>;
}

/** @throws BuildError */
export const buildBundles = async (): Promise<void> => void (await buildFunctions({ outdir: BUNDLES }));

/** Boots from the stack of the `local` environment; whatever fails, nothing is left running. */
export async function startRehearsal(options: RehearsalOptions): Promise<RehearsalCloud> {
  const cleanUps: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  };
  try {
    return { ...(await start(options, (cleanUp) => cleanUps.push(cleanUp))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: RehearsalOptions,
  cleanUp: (cleanUp: () => Promise<unknown>) => void,
): Promise<Omit<RehearsalCloud, 'close'>> {
  const { rate, seed, faults } = options;
  const environment = rehearsalEnvironment(options);
  const timeline = new Timeline();
  const assignments = new Assignments();
  const changes = new RolloutChanges();
  const key = randomTokenKey();
  const cloud = await withStack({ environment, bundles: BUNDLES }, (stackFile) =>
    LocalCloud.boot({
      stackFile,
      account: environment,
      variables: { agent_token_key: key },
      httpPort: 0,
      log: () => undefined,
      warn: () => undefined,
      alarmTimeFactor: options.timeFactor,
      faults: validateFaultPlan({ seed, faults }, 'rehearsal'),
      intercept: chain(assignments.intercept, changes.intercept),
      interceptInvocation: timeline.intercept,
    }),
  );
  cleanUp(() => cloud.close());

  const service = await LocalService.start(ANSWER_BYTES);
  cleanUp(() => service.close());
  const agent = new Agent({
    endpoint: cloud.agentEndpoint, token: await signToken(key, 'rehearsal'), name: TUNNEL, target: { port: service.port },
  });
  cleanUp(() => agent.stop({ graceMs: 100 }));
  await agent.start();
  const visitors = new Visitors({ url: cloud.visitorUrl, tunnel: TUNNEL, rate, agentMs: AGENT_MS, seed, timeline });
  cleanUp(async () => visitors.close());
  const table = cloud.services.spec.tables.find(({ name }) => isNamed(name, 'pending-requests'))?.name ?? '';
  const { awsEndpoint, operator } = cloud.services;
  const connection = connect('local', 1, {
    client: { region: environment.region, endpoint: awsEndpoint, credentials: operator },
    responsePath: environment.responsePath,
  });
  cleanUp(async () => connection.close());
  const { operation } = connection;
  const rows = async (): Promise<number> => (await cloud.services.dynamodb.scan(table)).length;
  const rowsThatStay = async (): Promise<number> => {
    for (const endsAt = Date.now() + REMOVAL_MS; (await rows()) > 0 && Date.now() < endsAt; ) await sleep(LOOK_MS);
    return rows();
  };
  return { cloud, visitors, assignments, changes, operation, rowsThatStay };
}

/** The `local` environment at the rehearsal's share; what is cached is cached for less time, and alarms see fewer requests in a period. */
function rehearsalEnvironment({ mode, percent, timeFactor }: RehearsalOptions): Environment {
  const { local } = environments;
  const divided = (value: number, least: number): number => Math.max(least, Math.round(value / timeFactor));
  return {
    ...local,
    responsePath: { useEventDriven: true, mode, percent },
    timings: { ...local.timings, rolloutCacheMs: divided(local.timings.rolloutCacheMs, 0), rolloutStaleMs: divided(local.timings.rolloutStaleMs, 0) },
    alarms: { ...local.alarms, minimumRequests: divided(local.alarms.minimumRequests, 1) },
  };
}
