import { unmarshall } from '@aws-sdk/util-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { validateFaultPlan } from '../../emulator/faults/fault-plan';
import { generator } from '../../emulator/latency/latency-profile';
import type { LocalCloud } from '../../emulator/local-cloud';
import { labelOf } from '../../emulator/terraform/resource-names';
import type { Environment } from '../../environments';
import { orClose, startLocalTunnel, type LocalTunnel } from '../../local/local-tunnel';
import { set, type Operation } from '../../rollout/commands';
import { connect } from '../../rollout/connect';
import type { History, Sighting } from '../judge/history';
import { countedIn, isLeft, type LeftOver } from '../judge/left-over';
import { emulatorFaults } from '../plan/fault-kinds';
import type { LabMode } from '../plan/plan';
import { CAST, type CastTunnel } from './cast';
import { countedAnswers } from './counted-answers';
import { labEnvironment, STREAM_MS } from './environment';
import { HostileAgent } from './hostile-agent';
import type { HonestAgent, LabAgent } from './lab-agent';
import { sweepForHours } from './lab-sweep';
import { LocalService } from './local-service';
import { OldAgent } from './old-agent';
import { OwnAgent } from './own-agent';
import { MessageWatch } from './message-watch';
import { RowWatch } from './row-watch';
import { StreamWatch } from './stream-watch';
import { StolenRequests } from './stolen-requests';
import { Waits } from './waits';

export interface WorldOptions {
  readonly mode: LabMode;
  readonly seed: number;
  /** The built program of this project's agent. */
  readonly agentProgram: string;
  readonly onSighting: (sighting: Sighting) => void;
}

/** Environments that start before the first visitor comes. */
const WARM: Readonly<Record<string, number>> = {
  'forward-request': 4,
  'stream-request': 2,
  'receive-message': 3,
  'process-stream': 1,
  'wake-waiter': 1,
};

/** Times of this project's agent, in ms. They are divided, so that a short run meets pings and new connections. */
const AGENT_TIMING = {
  pingIntervalMs: 2000,
  pongTimeoutMs: 2000,
  rotateAfterMs: 30_000,
  lingerMs: 2000,
  resendMs: 700,
  backoffCapMs: 1000,
};
const SERVICE_TIMEOUT_MS = 7000;

/** After the last visitor, what is on its way may take so long, in ms: longer than any call and any function. A waiter whose visitor has gone may run on. */
const SETTLING_MS = STREAM_MS + 6000;
const LOOK_MS = 100;

/** Those who look on. */
interface Watches {
  readonly stolen: StolenRequests;
  readonly rows: RowWatch;
  readonly messages: MessageWatch;
  readonly waits: Waits;
  readonly streams: StreamWatch;
}

/** One local cloud with everybody who takes part. */
export class World {
  readonly honest = new Map<string, HonestAgent>();
  readonly own = new Map<string, OwnAgent>();
  hostile: HostileAgent | undefined;
  private readonly agents = new Map<string, LabAgent>();
  private readonly localServices: LocalService[] = [];
  private readonly pids = new Set<number>();
  private operation: Operation | undefined;

  private constructor(
    readonly tunnel: LocalTunnel,
    private readonly environment: Environment,
    private readonly watches: Watches,
    private readonly options: WorldOptions,
  ) {
    const { waits, rows, streams } = watches;
    const { dynamodb, lambda } = tunnel.cloud.services;
    dynamodb.onRecord(rows.onRecord);
    lambda.events.on('invocation', waits.onInvocation);
    lambda.events.on('invocation', streams.onInvocation);
  }

  /** Boots, and connects all agents. If a step fails, nothing is left running. */
  static async open(options: WorldOptions): Promise<World> {
    const environment = labEnvironment(options.mode);
    const stolen = new StolenRequests(generator(options.seed, 200));
    const watches = {
      stolen,
      rows: new RowWatch(stolen),
      messages: new MessageWatch(stolen),
      waits: new Waits(),
      streams: new StreamWatch(),
    };
    const { messages, waits, streams } = watches;
    const tunnel = await startLocalTunnel({
      environment,
      faults: validateFaultPlan({ seed: options.seed, faults: emulatorFaults() }, 'the fault lab'),
      // Alarms would move the rollout, which the plan moves. Rehearsals are for alarms.
      watch: false,
      intercept: messages.intercept,
      interceptInvocation: (call, next) =>
        waits.intercept(call, () => streams.intercept(call, () => messages.interceptInvocation(call, next))),
      // Tracing takes a third of a request's time.
      traces: false,
    });
    return orClose(tunnel, async () => {
      const world = new World(tunnel, environment, watches, options);
      await world.populate();
      return world;
    });
  }

  /** What was seen of the requests inside the cloud. */
  get seen(): Pick<History, 'stored' | 'taken' | 'waited' | 'failures' | 'waiters'> {
    const { rows, messages, waits, streams } = this.watches;
    return { stored: rows.stored, taken: messages.taken, waited: waits.byNonce, failures: waits.failures, waiters: streams.waiters };
  }

  get cloud(): LocalCloud {
    return this.tunnel.cloud;
  }

  /** What the functions have counted of answers that they did not simply deliver, by metric. */
  countedAnswers(): Record<string, number> {
    return countedAnswers(this.cloud.services.metrics, Date.now());
  }

  /** The name under which visitors reach a tunnel now. */
  tunnelIdOf({ name }: CastTunnel): string {
    return this.agents.get(name)?.tunnelId ?? name;
  }

  /** Sets the share of event-driven requests, as an operator does. Faults may keep the operator from it. */
  async setPercent(percent: number): Promise<void> {
    if (this.operation) await set(this.operation, percent, { by: 'fault lab', why: 'the plan says so', force: true });
  }

  /** Ends all agents, runs sweep, and counts what is still there. To be called once, when no visitor waits and nothing is broken. */
  async empty(): Promise<LeftOver> {
    const counts = await this.settled(() => this.counted());
    // An agent that ends would end these, too.
    const waiting = await this.settled(async () => this.cloud.services.lambda.concurrencyOf());
    const open = await this.settled(async () => this.localServices.reduce((sum, service) => sum + service.open, 0));
    const streams = await this.settled(() => this.openStreams());
    await Promise.all([...this.agents.values()].map((agent) => agent.stop()));
    const connections = await this.settled(async () => this.connections());
    const invocations = waiting + (await this.settled(async () => this.cloud.services.lambda.concurrencyOf()));
    await sweepForHours(this.cloud, this.environment);
    const left = (await this.scan('tunnels')).filter(isLeft).length;
    const rows = (await this.scan('pending-requests')).length;
    const bodies = this.cloud.services.buckets.objects().length;
    for (const { pid } of this.cloud.services.lambda.environments()) this.pids.add(pid);
    await this.close();
    const processes = await this.settled(async () => [...this.pids].filter(isAlive).length);
    return { rows, tunnels: left, counts, bodies, open, streams, connections, invocations, processes };
  }

  async close(): Promise<void> {
    await Promise.all([...this.agents.values()].map((agent) => agent.stop()));
    await this.tunnel.close();
  }

  private async populate(): Promise<void> {
    const { tunnel } = this;
    const { lambda, awsEndpoint, operator, spec } = this.cloud.services;
    await lambda.warm(Object.fromEntries(spec.functions.map(({ name, address }) => [name, WARM[labelOf(address)] ?? 0])));
    // Sweep makes the first keys of tickets, as it does within a minute after a deployment.
    await tunnel.runSweep();
    const { responsePath } = this.environment;
    const connection = connect('local', 1, { client: { region: spec.region, endpoint: awsEndpoint, credentials: operator }, responsePath });
    tunnel.onClose(async () => connection.close());
    if (responsePath.useEventDriven) this.operation = connection.operation;
    for (const each of CAST) await this.enter(each);
    await Promise.all([...this.agents.values()].map((agent) => agent.start()));
  }

  /** Starts the service behind a tunnel, and makes its agent. */
  private async enter({ name, owner, agent: kind }: CastTunnel): Promise<void> {
    const { tunnel, options } = this;
    const service = await LocalService.start(name, options.onSighting);
    tunnel.onClose(() => service.close());
    this.localServices.push(service);
    const endpoint = tunnel.agentEndpoint;
    const token = await tunnel.token(owner, [`${owner}-*`]);
    switch (kind) {
      case 'own': {
        const agent = new OwnAgent({
          program: options.agentProgram,
          guard: this.cloud.services.guard,
          onProcess: (pid) => this.pids.add(pid),
          agent: { name, endpoint, token, target: { port: service.port }, requestTimeoutMs: SERVICE_TIMEOUT_MS, timing: AGENT_TIMING },
        });
        this.own.set(name, agent);
        this.honest.set(name, agent);
        this.agents.set(name, agent);
        return;
      }
      case 'old': {
        const agent = new OldAgent({ endpoint, token, servicePort: service.port });
        this.honest.set(name, agent);
        this.agents.set(name, agent);
        return;
      }
      case 'hostile':
        this.hostile = new HostileAgent({ name, endpoint, token, stolen: this.watches.stolen, random: generator(options.seed, 201) });
        this.agents.set(name, this.hostile);
    }
  }

  private async counted(): Promise<number> {
    return (await this.scan('tunnels')).reduce(
      (sum, row) => sum + countedIn(row, Date.now(), this.environment.timings.requestDeadlineMs),
      0,
    );
  }

  private async openStreams(): Promise<number> {
    const counts = await Promise.all([...this.own.values()].map((agent) => agent.openStreams()));
    return counts.reduce((sum, each) => sum + each, 0);
  }

  private connections(): number {
    const { gateway, spec } = this.cloud.services;
    return spec.webSocketApis
      .flatMap(({ apiId }) => gateway.connections(apiId))
      .filter(({ principal }) => principal?.environment === undefined || principal.environment.exited).length;
  }

  private async scan(label: string): Promise<Record<string, unknown>[]> {
    const { dynamodb, spec } = this.cloud.services;
    const table = spec.tables.find(({ address }) => labelOf(address) === label);
    return (await dynamodb.scan(table?.name ?? '')).map((item) => unmarshall(item as Parameters<typeof unmarshall>[0]));
  }

  /** Waits until there is nothing to count, as long as something may be on its way. */
  private async settled(count: () => Promise<number>): Promise<number> {
    const endsAt = Date.now() + SETTLING_MS;
    for (;;) {
      const left = await count();
      if (left === 0 || Date.now() > endsAt) return left;
      await sleep(LOOK_MS);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
