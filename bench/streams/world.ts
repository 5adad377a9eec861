import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LatencyProfile } from '../../emulator/latency/latency-profile';
import { ProcessGuard } from '../../emulator/process-guard';
import type { ExecutionEnvironment } from '../../emulator/services';
import { shortName } from '../../environments/physical-name';
import type { Environment } from '../../environments';
import { orClose, type LocalTunnel } from '../../local/local-tunnel';
import { environmentOf, LIMIT } from '../contenders';
import { LimitAgent } from '../limit/agent';
import { JsonProgram } from '../local/json-program';
import { startMeasuredTunnel } from '../measured-tunnel';
import { Meter } from '../meter';
import type { Usage } from '../usage';

const TUNNEL = 'bench';
const OWNER = 'bench';
/** Longest wait for functions to end after the last byte, in ms. */
const SETTLING_MS = 3000;
const LOOK_MS = 50;

/** Settings of streams that a run may change. */
export type StreamChoices = Partial<Pick<Environment['streams'], 'gatherMs' | 'chunkBytes' | 'windowBytes'>>;

export interface WorldOptions {
  readonly latency: LatencyProfile;
  readonly seed: number;
  /** Directory of the functions' zips. */
  readonly bundles: string;
  /** Port of the local service. */
  readonly port: number;
  readonly streams: StreamChoices;
  readonly signal: AbortSignal;
}

/** One local cloud with its agent. The agent of the product is a process of its own, as everywhere but in tests. */
export class StreamWorld {
  private constructor(
    private readonly tunnel: LocalTunnel,
    private readonly meter: Meter,
    /** Undefined for the limit, whose agent is in this process. */
    private readonly agent: JsonProgram | undefined,
    private readonly ending: AbortSignal,
  ) {
    // Each stream listens, and many run at once.
    setMaxListeners(0, ending);
  }

  /** @param kind the limit has no agent process, and no HTTP API that is measured */
  static async start(kind: 'door' | typeof LIMIT, options: WorldOptions): Promise<StreamWorld> {
    const environment = environmentOf(kind === LIMIT ? LIMIT : 'direct');
    const meter = new Meter(true);
    const tunnel = await startMeasuredTunnel({
      ...options,
      environment: { ...environment, streams: { ...environment.streams, ...options.streams } },
      meter,
      interceptors: [],
      interceptInvocation: meter.interceptInvocation,
    });
    return orClose(tunnel, async () => {
      const { services } = tunnel.cloud;
      // The first run makes the keys of tickets. Work that runs every minute is not a cost of a stream.
      await tunnel.runSweep();
      await services.schedules.close();
      services.lambda.events.on('invocation', meter.onInvocation(tunnel.cloud));
      if (kind === LIMIT) {
        const token = await tunnel.token(OWNER);
        const agent = await LimitAgent.connect({ endpoint: tunnel.agentEndpoint, token, name: TUNNEL, bytes: 0 });
        tunnel.onClose(async () => agent.close());
        return new StreamWorld(tunnel, meter, undefined, options.signal);
      }
      const agent = await startAgent(tunnel, options);
      return new StreamWorld(tunnel, meter, agent, AbortSignal.any([options.signal, agent.ended]));
    });
  }

  /** Aborted when the run has to stop, or the agent has ended. */
  get signal(): AbortSignal {
    return this.ending;
  }

  /** The tunnel at the streaming door; paths follow. */
  get door(): string {
    return `${this.tunnel.streamUrl ?? ''}${TUNNEL}`;
  }

  /** The tunnel at the HTTP API; paths follow. */
  get httpApi(): string {
    return `${this.tunnel.visitorUrl}/${TUNNEL}`;
  }

  get agentPid(): number {
    return this.agent?.pid ?? 0;
  }

  /** The execution environments of stream-request. */
  get waiters(): readonly ExecutionEnvironment[] {
    return this.tunnel.cloud.services.lambda.environments(this.nameOf('stream-request'));
  }

  /** Starts execution environments in advance. */
  async warm(counts: Readonly<Record<string, number>>): Promise<void> {
    await this.tunnel.cloud.services.lambda.warm(
      Object.fromEntries(Object.entries(counts).map(([name, count]) => [this.nameOf(name), count])),
    );
  }

  /**
   * Begins anew what AWS would charge for, and stops when `run` and its invocations have ended.
   * @param requests at once: each holds one connection of the wake channel. Other environments may have one too, from earlier requests.
   */
  async metered<T>(run: () => Promise<T>, requests = 1): Promise<{ readonly result: T; readonly usage: Usage }> {
    this.meter.reset();
    this.meter.start();
    const result = await run();
    await this.settle();
    this.meter.stop();
    return { result, usage: this.meter.usage(requests) };
  }

  /** Waits until no function runs. */
  async settle(): Promise<void> {
    const { lambda } = this.tunnel.cloud.services;
    await sleep(LOOK_MS);
    for (const endsAt = Date.now() + SETTLING_MS; Date.now() < endsAt && lambda.concurrencyOf() > 0;) await sleep(LOOK_MS);
    await sleep(LOOK_MS);
  }

  close(): Promise<void> {
    return this.tunnel.close();
  }

  private nameOf(name: string): string {
    return this.tunnel.cloud.services.spec.functions.find((each) => shortName(each.name) === name)?.name ?? name;
  }
}

async function startAgent(tunnel: LocalTunnel, { port, signal }: WorldOptions): Promise<JsonProgram> {
  // The guard ends the agent even when this process is killed.
  const guard = await ProcessGuard.start();
  tunnel.onClose(() => guard.close());
  const agent = JsonProgram.start('agent', ['http', String(port), '--name', TUNNEL, '--json'], {
    HTTP_TUNNEL_ENDPOINT: tunnel.agentEndpoint,
    HTTP_TUNNEL_TOKEN: await tunnel.token(OWNER),
  });
  guard.watch(agent.child);
  tunnel.onClose(() => agent.stop());
  await agent.event('connected', signal);
  return agent;
}
