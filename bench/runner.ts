import { setTimeout as sleep } from 'node:timers/promises';
import { shortName } from '../environments/physical-name';
import type { LatencyProfile } from '../emulator/latency/latency-profile';
import { orClose, type LocalTunnel } from '../local/local-tunnel';
import { environmentOf, LIMIT, VISIT_FUNCTIONS, type RunnerName, type VisitMemory } from './contenders';
import { CpuMeter } from './cpu-meter';
import type { Requests } from './fitness/judge';
import { TimeHistogram } from './histogram';
import { LimitAgent } from './limit/agent';
import type { PlannedRequest } from './load';
import { BenchService, pathFor } from './bench-service';
import { startMeasuredTunnel } from './measured-tunnel';
import { Meter } from './meter';
import { SpanTimes } from './span-times';
import { Timeline, type Sighting } from './timeline';
import type { Usage } from './usage';
import { Visitor, type VisitorReply } from './visitor';

const TUNNEL = 'bench';
const OWNER = 'bench';
/** Wait after the last answer for messages still on their way (acknowledgements, log lines), in ms. */
const SETTLING_MS = 100;
/** How long the agent takes for a request that is sent before a block, in ms: long enough that each environment gets one. */
const ROUSING_MS = 150;
/** Rounds of slow requests that start the environments. */
const STARTING_ROUNDS = 2;

export interface RunnerOptions {
  readonly latency: LatencyProfile;
  readonly seed: number;
  readonly bytes: number;
  /** Memory of the functions that a visit runs; default: that of the environment `local`. */
  readonly memory?: VisitMemory;
  /** Directory of the functions' zips. */
  readonly bundles: string;
}

/** What the visitor of a contender saw. */
interface Figures {
  /** Measured requests, cold ones included. */
  requests: number;
  /** Requests that met a cold start: the times below leave them out. */
  cold: number;
  readonly coldReturn: TimeHistogram;
  /** Time from the agent's last frame entering the gateway to forward-request returning. */
  readonly returned: TimeHistogram;
  /** Time from the planned arrival, so that a late start counts as waiting. */
  readonly response: TimeHistogram;
  /** The same time without the time of the agent's local service. */
  readonly withoutAgent: TimeHistogram;
  readonly billed: TimeHistogram;
  /** Requests that were not answered with 200. */
  errors: number;
  /** Requests that the agent answered, but whose visitor got another answer or none. */
  lost: number;
}

const newFigures = (): Figures => ({
  requests: 0,
  cold: 0,
  errors: 0,
  lost: 0,
  coldReturn: new TimeHistogram(),
  returned: new TimeHistogram(),
  response: new TimeHistogram(),
  withoutAgent: new TimeHistogram(),
  billed: new TimeHistogram(),
});

/** What the environments of one function took during the measurement. */
export interface VisitCpu {
  readonly functionName: (typeof VISIT_FUNCTIONS)[number];
  readonly memoryMb: number;
  /** CPU time, in ms. */
  readonly usedMs: number;
  /** How long they were stopped because they had used up their share of a core, in ms. Undefined if they had no share. */
  readonly stoppedMs: number | undefined;
}

/** Everything that was measured of one contender. */
export interface Measurement extends Readonly<Figures> {
  readonly name: RunnerName;
  /** Answers that came after their request was over. */
  readonly late: number;
  readonly leftovers: number;
  readonly fallbacks: number;
  readonly usage: Usage;
  readonly spans: SpanTimes;
  readonly cpu: readonly VisitCpu[];
  readonly wakeApiId: string;
}

/** Counts requests and errors of measurements, for the judgement of the machine. */
export const requestsOf = (measurements: readonly Measurement[]): Requests => ({
  requests: measurements.reduce((sum, { requests }) => sum + requests, 0),
  errors: measurements.reduce((sum, { errors, lost }) => sum + errors + lost, 0),
});

/** One contender with its own local cloud, agent, local service and visitor. A runner is idle while other runners take their turn. */
export class Runner {
  private figures = newFigures();
  /** Durations of init by function, in ms. */
  private readonly inits = new Map<string, number[]>();
  /** Requests that have not been answered yet. */
  inFlight = 0;
  /** How often `rouse` was called. */
  private roused = 0;

  private constructor(
    readonly name: RunnerName,
    readonly tunnel: LocalTunnel,
    private readonly timeline: Timeline,
    private readonly meter: Meter,
    private readonly spans: SpanTimes,
    private readonly cpu: CpuMeter,
    private readonly visitor: Visitor,
  ) {
    tunnel.cloud.services.lambda.events.on('invocation', ({ functionName, initMs }) => {
      const name = shortName(functionName);
      if (initMs !== undefined) this.inits.set(name, [...(this.inits.get(name) ?? []), initMs]);
    });
  }

  static async start(name: RunnerName, options: RunnerOptions): Promise<Runner> {
    const environment = environmentOf(name, options.memory);
    const timeline = new Timeline();
    const meter = new Meter(environment.responsePath.useEventDriven);
    const spans = new SpanTimes();
    const tunnel = await startMeasuredTunnel({
      ...options,
      environment,
      meter,
      interceptors: [spans.intercept],
      interceptInvocation: (call, next) => meter.interceptInvocation(call, () => timeline.intercept(call, next)),
    });
    return orClose(tunnel, async () => {
      const { services } = tunnel.cloud;
      // The first run makes the keys of tickets. Work that runs every minute is not a cost of a request.
      await tunnel.runSweep();
      await services.schedules.close();
      const cpu = new CpuMeter(services.lambda);
      services.lambda.events
        .on('invocation', timeline.onInvocation)
        .on('invocation', meter.onInvocation(tunnel.cloud))
        .on('invocation', cpu.onInvocation);
      services.dynamodb.onRecord(meter.onRecord);

      const service = await BenchService.start(options.bytes);
      tunnel.onClose(() => service.close());
      await connectAgent(name, { tunnel, service, bytes: options.bytes });
      const visitor = new Visitor(tunnel.visitorUrl);
      tunnel.onClose(async () => visitor.close());
      return new Runner(name, tunnel, timeline, meter, spans, cpu, visitor);
    });
  }

  /** Invocations of a function during the measurement. */
  measuredInvocations(functionName: string): number {
    return this.meter.usage(0).invocations[functionName] ?? 0;
  }

  /** CPU time of a function during the measurement, in ms. */
  cpuMs(functionName: string): number {
    return this.cpu.byFunction[functionName] ?? 0;
  }

  /** Duration of every start of a function since the beginning, in ms. */
  initsOf(functionName: string): readonly number[] {
    return this.inits.get(functionName) ?? [];
  }

  /**
   * Starts environments of all functions on the way by many slow requests at once.
   * @param training rounds of quick requests after that: the engine then compiles the code that is used often, as in an environment that
   * has lived for minutes
   * @param signal stops the warm-up between two rounds
   * @returns how many environments were started, how long a start took, and the median of the first visits, which all met cold starts,
   * without the time of the agent's local service
   */
  async warmUp(
    concurrency: number,
    training: number,
    signal: AbortSignal,
  ): Promise<{ readonly coldStarts: number; readonly initMs: number; readonly firstMs: number }> {
    const first = new TimeHistogram();
    for (let round = 0; round < STARTING_ROUNDS + training; round++) {
      signal.throwIfAborted();
      const agentMs = round < STARTING_ROUNDS ? 1000 : 150;
      await Promise.all(
        Array.from({ length: concurrency }, async (_, i) => {
          const beginning = performance.now();
          await this.visitor.ask(`/${TUNNEL}${pathFor(`warm-${round}-${i}`, agentMs + i * 10)}`);
          if (round === 0) first.record(performance.now() - beginning - agentMs - i * 10);
        }),
      );
    }
    await sleep(SETTLING_MS);
    const init = new TimeHistogram();
    for (const ms of [...this.inits.values()].flat()) init.record(ms);
    return { coldStarts: init.count, initMs: init.percentile(50), firstMs: first.percentile(50) };
  }

  /**
   * Sends requests that are not measured before a block. While others had their turns, this contender was idle: the wake sockets of its waiters
   * would each be tested by a `hello`, which steady traffic does not pay.
   */
  async rouse(concurrency: number): Promise<void> {
    const round = this.roused++;
    const ask = (i: number): Promise<VisitorReply> => this.visitor.ask(`/${TUNNEL}${pathFor(`rouse-${round}-${i}`, ROUSING_MS)}`);
    await Promise.all(Array.from({ length: concurrency }, (_, i) => ask(i)));
    await sleep(SETTLING_MS);
  }

  /**
   * Sends each request at its planned time, whether earlier ones have been answered or not, and waits for all answers.
   * @param lateness records how much later than planned each request was sent
   * @param signal once aborted, no request is sent any more, and the promise rejects
   */
  async run(block: readonly PlannedRequest[], lateness: TimeHistogram, signal?: AbortSignal): Promise<void> {
    this.meter.start();
    this.spans.on = true;
    this.cpu.start();
    const beginning = performance.now();
    await Promise.all(block.map((request) => this.measure(request, beginning, lateness, signal)));
    await sleep(SETTLING_MS);
    this.cpu.stop();
    this.spans.on = false;
    this.meter.stop();
  }

  /** Sends requests in the same way, without measuring. */
  async ramp(requests: readonly PlannedRequest[], signal?: AbortSignal): Promise<void> {
    const beginning = performance.now();
    await Promise.all(requests.map((request) => this.send(request, beginning, 'ramp', signal)));
  }

  async result(): Promise<Measurement> {
    const { services } = this.tunnel.cloud;
    const table = services.spec.tables.find(({ name }) => name.endsWith('pending-requests'));
    const wakeApiId = services.spec.webSocketApis.find(({ address }) => address.endsWith('wake-channel'))?.apiId ?? '';
    const { name, figures, spans } = this;
    return {
      ...figures,
      name,
      spans,
      cpu: this.visitCpu(),
      wakeApiId,
      late: this.meter.late,
      leftovers: table ? (await services.dynamodb.scan(table.name)).length : 0,
      fallbacks: this.meter.fallbacks,
      usage: this.meter.usage(services.gateway.connections(wakeApiId).length),
    };
  }

  /** Forgets all figures and begins anew. */
  reset(): void {
    this.figures = newFigures();
    this.meter.reset();
    this.cpu.reset();
  }

  async close(): Promise<void> {
    await this.tunnel.close();
  }

  private visitCpu(): VisitCpu[] {
    const { functions } = this.tunnel.cloud.services.spec;
    return VISIT_FUNCTIONS.map((functionName) => ({
      functionName,
      memoryMb: functions.find(({ name }) => shortName(name) === functionName)?.memoryMb ?? 0,
      usedMs: this.cpuMs(functionName),
      stoppedMs: this.cpu.stoppedByFunction[functionName],
    }));
  }

  private async measure(request: PlannedRequest, beginning: number, lateness: TimeHistogram, signal?: AbortSignal): Promise<void> {
    const { nonce, sentAt, status, body } = await this.send(request, beginning, 'measured', signal);
    const plannedAt = beginning + request.atMs;
    const responseMs = performance.now() - plannedAt;
    lateness.record(sentAt - plannedAt);
    const sighting = this.timeline.of(nonce);
    this.figures.requests++;
    if (status !== 200) this.figures.errors++;
    if (sighting.answeredAt !== undefined && !body.startsWith(`${nonce}.`)) this.figures.lost++;
    // The invocation ends a moment after its answer.
    await sleep(SETTLING_MS);
    this.record(sighting, responseMs, request.agentMs);
  }

  private async send(
    { index, atMs, agentMs, upload, download }: PlannedRequest,
    beginning: number,
    series: string,
    signal?: AbortSignal,
  ): Promise<VisitorReply & { readonly nonce: string; readonly sentAt: number }> {
    const nonce = `${series}-${index}`;
    await sleep(beginning + atMs - performance.now(), undefined, { signal });
    const sentAt = performance.now();
    this.inFlight++;
    const body = upload === undefined ? undefined : Buffer.alloc(upload, 'u');
    const reply = await this.visitor.ask(`/${TUNNEL}${pathFor(nonce, agentMs, download)}`, body);
    this.inFlight--;
    return { ...reply, nonce, sentAt };
  }

  private record({ answeredAt, returnedAt, cold, billedMs }: Sighting, responseMs: number, agentMs: number): void {
    const returnMs = answeredAt === undefined || returnedAt === undefined ? undefined : returnedAt - answeredAt;
    if (cold) {
      this.figures.cold++;
      if (returnMs !== undefined) this.figures.coldReturn.record(returnMs);
      return;
    }
    this.figures.response.record(responseMs);
    this.figures.withoutAgent.record(responseMs - agentMs);
    if (returnMs !== undefined) this.figures.returned.record(returnMs);
    if (billedMs !== undefined) this.figures.billed.record(billedMs);
  }
}

async function connectAgent(
  name: RunnerName,
  { tunnel, service, bytes }: { tunnel: LocalTunnel; service: BenchService; bytes: number },
): Promise<void> {
  if (name === LIMIT) {
    const agent = await LimitAgent.connect({ endpoint: tunnel.agentEndpoint, token: await tunnel.token(OWNER), name: TUNNEL, bytes });
    tunnel.onClose(async () => agent.close());
  } else {
    const agent = await tunnel.agent(OWNER, { name: TUNNEL, target: { port: service.port } });
    await agent.start();
  }
}
