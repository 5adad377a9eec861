import { setTimeout as sleep } from 'node:timers/promises';
import { BenchService } from '../bench/bench-service';
import { Timeline } from '../bench/timeline';
import { environments, type Environment } from '../environments';
import { shortName } from '../environments/physical-name';
import { chain } from '../emulator/aws-endpoint/call-recorder';
import { validateFaultPlan, type FaultPlanInput } from '../emulator/faults/fault-plan';
import { AWS_LIMITS } from '../emulator/limits';
import type { LocalCloud } from '../emulator/local-cloud';
import { BUNDLES, orClose, startLocalTunnel, type LocalTunnel } from '../local/local-tunnel';
import type { Operation } from '../rollout/commands';
import { connect } from '../rollout/connect';
import { buildFunctions } from '../functions/build-functions';
import { Assignments } from './assignments';
import { RolloutChanges } from './rollout-changes';
import { Tenant } from './tenant';
import { TENANTS, type TenantName } from './tenants';
import { Visitors } from './visitors';

const TUNNEL = 'rehearsal';
const ANSWER_BYTES = 1024;
/** Time that the agent's local service takes, in ms. */
const AGENT_MS = 50;
/** Longest wait for removals of rows, in ms. A removal is sent after its visitor has been answered, and may still be on its way. */
const REMOVAL_MS = 5000;
const LOOK_MS = 50;

export interface RehearsalOptions {
  readonly mode: 'bus' | 'direct';
  /** Share of event-driven requests at the beginning, in percent. */
  readonly percent: number;
  readonly faults: FaultPlanInput['faults'];
  readonly tenant?: TenantName | undefined;
  /** Life of a request, in ms; if omitted, that of the `local` environment. */
  readonly deadlineMs?: number | undefined;
  /** How a new environment begins, in ms. If omitted, everything works at once, as in `local`. */
  readonly newEnvironment?: NewEnvironment;
  /** Divides periods of alarms and times of caches, but no clock and no deadline. */
  readonly timeFactor: number;
  /** Arrivals a second. */
  readonly rate: number;
  readonly seed: number;
}

/** Times in ms that the factor divides. */
export interface NewEnvironment {
  /** How long the event source mapping does not read yet. */
  readonly mappingStartMs: number;
  /** How long a probe need not return. */
  readonly probeGraceMs: number;
}

/** The local cloud with an agent, visitors and observers. */
export interface RehearsalCloud {
  readonly cloud: LocalCloud;
  readonly visitors: Visitors;
  readonly tenant: Tenant | undefined;
  readonly assignments: Assignments;
  readonly changes: RolloutChanges;
  /** The commands of `npm run rollout` against this cloud. */
  readonly operation: Operation;
  /** Number of pending rows that stay after all removals on their way have ended. */
  rowsThatStay(): Promise<number>;
  close(): Promise<void>;
}

/** @throws BuildError */
export const buildBundles = async (): Promise<void> => void (await buildFunctions({ outdir: BUNDLES }));

/** Boots the local cloud from the stack of the `local` environment. If a step fails, nothing is left running. */
export async function startRehearsal(options: RehearsalOptions): Promise<RehearsalCloud> {
  const { seed, faults, timeFactor, newEnvironment } = options;
  const watchers = { timeline: new Timeline(), assignments: new Assignments(), changes: new RolloutChanges() };
  const environment = rehearsalEnvironment(options);
  const tunnel = await startLocalTunnel({
    environment,
    alarmTimeFactor: timeFactor,
    limits: { ...AWS_LIMITS, stream: { ...AWS_LIMITS.stream, startDelayMs: (newEnvironment?.mappingStartMs ?? 0) / timeFactor } },
    faults: validateFaultPlan({ seed, faults }, 'rehearsal'),
    intercept: chain(watchers.assignments.intercept, watchers.changes.intercept),
    interceptInvocation: watchers.timeline.intercept,
  });
  return orClose(tunnel, () => open(tunnel, environment, watchers, options));
}

interface Watchers {
  readonly timeline: Timeline;
  readonly assignments: Assignments;
  readonly changes: RolloutChanges;
}

/** Adds to the cloud what a rehearsal needs: a local service, its agent, visitors, and an operator. */
async function open(
  tunnel: LocalTunnel,
  { responsePath, timings }: Environment,
  { timeline, assignments, changes }: Watchers,
  { rate, seed, tenant: tenantName, newEnvironment, percent }: RehearsalOptions,
): Promise<RehearsalCloud> {
  const { cloud } = tunnel;
  const { awsEndpoint, dynamodb, lambda, operator, spec } = cloud.services;
  lambda.events.on('invocation', assignments.onInvocation);
  // An environment that is not new has keys of tickets. Sweep also sends a probe, which a rehearsal that begins at 0 % has yet to wait for.
  if (!newEnvironment && percent > 0) await tunnel.runSweep();
  const service = await BenchService.start(ANSWER_BYTES);
  tunnel.onClose(() => service.close());
  const agent = await tunnel.agent(TUNNEL, { name: TUNNEL, target: { port: service.port } });
  await agent.start();
  const visitors = new Visitors({ url: tunnel.visitorUrl, tunnel: TUNNEL, rate, agentMs: AGENT_MS, seed, timeline });
  tunnel.onClose(async () => visitors.close());
  const tenant =
    tenantName &&
    (await Tenant.connect({
      agentEndpoint: tunnel.agentEndpoint,
      visitorUrl: tunnel.visitorUrl,
      token: await tunnel.token(tenantName),
      behaviour: TENANTS[tenantName],
      deadlineMs: timings.requestDeadlineMs,
      assignments,
    }));
  tunnel.onClose(async () => tenant?.close());
  const table = spec.tables.find(({ name }) => shortName(name) === 'pending-requests')?.name ?? '';
  const connection = connect('local', 1, {
    client: { region: spec.region, endpoint: awsEndpoint, credentials: operator },
    responsePath,
  });
  tunnel.onClose(async () => connection.close());
  const { operation } = connection;
  const rows = async (): Promise<number> => (await dynamodb.scan(table)).length;
  const rowsThatStay = async (): Promise<number> => {
    for (const endsAt = Date.now() + REMOVAL_MS; (await rows()) > 0 && Date.now() < endsAt;) await sleep(LOOK_MS);
    return rows();
  };
  return { cloud, visitors, tenant, assignments, changes, operation, rowsThatStay, close: () => tunnel.close() };
}

/** The `local` environment at the rehearsal's share. Caches live for a shorter time, and alarms need fewer requests in a period. */
function rehearsalEnvironment({
  mode,
  percent,
  timeFactor,
  newEnvironment,
  deadlineMs = environments.local.timings.requestDeadlineMs,
}: RehearsalOptions): Environment {
  const { local } = environments;
  const divided = (value: number, least: number): number => Math.max(least, Math.round(value / timeFactor));
  return {
    ...local,
    responsePath: { useEventDriven: true, mode, tickets: true, percent },
    timings: {
      ...local.timings,
      requestDeadlineMs: deadlineMs,
      rolloutCacheMs: divided(local.timings.rolloutCacheMs, 0),
      rolloutStaleMs: divided(local.timings.rolloutStaleMs, 0),
      probeGraceMs: divided(newEnvironment?.probeGraceMs ?? local.timings.probeGraceMs, 0),
    },
    alarms: { ...local.alarms, minimumRequests: divided(local.alarms.minimumRequests, 1) },
  };
}
