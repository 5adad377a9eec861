import type { LatencyProfile } from '../../emulator/latency/latency-profile';
import { closeServer, portOf } from '../../emulator/http-server';
import { buildBundles, type BenchBundles } from '../bundles';
import { LIMIT } from '../contenders';
import type { Requests } from '../fitness/judge';
import type { BenchProgress } from '../progress';
import type { Usage } from '../usage';
import { defectsOf, EventFigures } from './events';
import * as measure from './measure';
import { memoryRuns, type MemoryRuns } from './memory';
import type { StreamsOptions } from './options';
import { RATES } from './plan';
import { startPlainProxy, StreamService, wholePath } from './stream-service';
import { StreamVisitor } from './stream-visitor';
import { StreamWorld, type WorldOptions } from './world';

/** The ways of a chunk that are compared. */
export const WAYS = ['door', LIMIT, 'proxy'] as const;
export type Way = (typeof WAYS)[number];

export interface GatherFigures {
  readonly gatherMs: number;
  readonly figures: EventFigures;
  readonly usage: Usage;
}

/** What was measured under one latency profile. */
export interface ProfileResult {
  readonly latency: LatencyProfile;
  readonly firstBytes: measure.FirstByteFigures;
  readonly chunks: Readonly<Record<Way, EventFigures>>;
  /** By the name of the rate. */
  readonly paced: Readonly<Record<string, measure.Throughput>>;
  readonly unpaced: measure.Throughput;
  readonly atOnce: readonly { readonly streams: number; readonly figures: EventFigures; readonly usage: Usage }[];
  readonly tokens: { readonly figures: EventFigures; readonly usage: Usage };
  readonly idle: { readonly failed: number; readonly usage: Usage };
  /** Only under the first profile. */
  readonly gathers: readonly GatherFigures[];
  /** Only under the last profile. */
  readonly memory?: MemoryRuns;
}

export interface StreamsResult {
  readonly options: StreamsOptions;
  readonly startedAt: Date;
  readonly seconds: number;
  readonly profiles: readonly ProfileResult[];
}

/** Runs everything, one profile after the other. @param signal stops the run: the promise rejects with its reason */
export async function benchStreams(options: StreamsOptions, progress: BenchProgress, signal: AbortSignal): Promise<StreamsResult> {
  const startedAt = new Date();
  progress.stage('building the functions');
  const bundles = await buildBundles();
  const service = await StreamService.start();
  const visitor = new StreamVisitor();
  try {
    const bench = new ProfileBench({ options, bundles, service, visitor, progress, signal });
    const profiles: ProfileResult[] = [];
    for (const latency of options.latency) profiles.push(await bench.run(latency));
    return { options, startedAt, profiles, seconds: (Date.now() - startedAt.getTime()) / 1000 };
  } finally {
    progress.stage('stopping');
    visitor.close();
    await service.close();
  }
}

/** Counts streams and whole answers, and those that failed, for the judgement of the machine and for the exit code. */
export function requestsOf({ profiles, options: { plan } }: StreamsResult): Requests {
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const counts = profiles.map((profile) => {
    const { firstBytes, idle, memory } = profile;
    const events = eventFiguresOf(profile);
    const single = [...Object.values(profile.paced), profile.unpaced, idle, ...(memory ? [memory] : [])];
    return {
      requests: 2 * plan.firstBytes + sum(events.map(({ streams }) => streams)) + single.length,
      // The limit does not order its chunks, so it may well reorder some.
      errors:
        firstBytes.failed +
        profile.chunks.limit.failed +
        sum(events.filter((each) => each !== profile.chunks.limit).map(errorsOf)) +
        sum(single.map(({ failed }) => failed)),
    };
  });
  return { requests: sum(counts.map(({ requests }) => requests)), errors: sum(counts.map(({ errors }) => errors)) };
}

/** Streams that failed; at least one where events are missing, doubled or out of order. */
const errorsOf = ({ failed, defects }: EventFigures): number => Math.max(failed, Math.min(1, defectsOf(defects)));

/** All figures of event streams of a profile. */
const eventFiguresOf = ({ chunks, atOnce, tokens, gathers }: ProfileResult): EventFigures[] => [
  ...WAYS.map((way) => chunks[way]),
  ...atOnce.map(({ figures }) => figures),
  tokens.figures,
  ...gathers.map(({ figures }) => figures),
];

interface ProfileBenchOptions {
  readonly options: StreamsOptions;
  readonly bundles: BenchBundles;
  readonly service: StreamService;
  readonly visitor: StreamVisitor;
  readonly progress: BenchProgress;
  readonly signal: AbortSignal;
}

class ProfileBench {
  constructor(private readonly all: ProfileBenchOptions) {}

  async run(latency: LatencyProfile): Promise<ProfileResult> {
    const { options, progress, visitor } = this.all;
    const { plan } = options;
    const stage = (text: string): void => progress.stage(`${latency.name}: ${text}`);
    stage('starting the door and the limit');
    return this.within('door', latency, {}, async (door) => {
      const { chunks, firstBytes } = await this.within(LIMIT, latency, {}, async (limit) => {
        stage('warming up');
        await this.warmUp(door, true);
        await this.warmUp(limit, false);
        stage('time to the first byte');
        const first = await measure.firstBytes(door, visitor, plan.firstBytes);
        stage('delay of each chunk, in turns with the limit and a plain proxy');
        return { firstBytes: first, chunks: await this.chunks(door, limit) };
      });
      const paced: Record<string, measure.Throughput> = {};
      for (const [name, rate] of Object.entries(RATES)) {
        stage(`throughput: ${name}`);
        paced[name] = await measure.throughput(door, visitor, rate * plan.pacedSeconds, rate);
      }
      stage('throughput: as much as goes');
      const unpaced = await measure.throughput(door, visitor, plan.bodyBytes);
      const atOnce: ProfileResult['atOnce'][number][] = [];
      for (const streams of plan.atOnce) {
        stage(`streams at once: ${streams}`);
        door.signal.throwIfAborted();
        atOnce.push({ streams, ...(await measure.atOnce(door, visitor, streams, plan.atOnceSeconds)) });
      }
      stage('a token stream');
      const tokens = await measure.tokenStream(door, visitor, plan.tokens);
      // An idle stream uses next to nothing of this machine, so that other clouds can be measured beside it.
      stage('an idle stream');
      const [idle, beside] = await Promise.all([measure.idleStream(door, visitor, plan.idleSeconds), this.besideIdle(latency, stage)]);
      return { latency, firstBytes, chunks, paced, unpaced, atOnce, tokens, idle, ...beside };
    });
  }

  /** What is measured once in a run, in clouds of its own. */
  private async besideIdle(latency: LatencyProfile, stage: (text: string) => void): Promise<Pick<ProfileResult, 'gathers' | 'memory'>> {
    const { options, visitor, service } = this.all;
    const profiles = options.latency;
    let gathers: GatherFigures[] = [];
    if (latency === profiles[0]) {
      stage('token streams with other settings');
      gathers = await this.gathers(latency);
    }
    if (latency !== profiles.at(-1)) return { gathers };
    stage('memory during a download, and with a slow visitor');
    // Agent and waiter have not carried other streams.
    const memory = await this.within('door', latency, {}, (world) => memoryRuns(world, visitor, service, options.plan));
    return { gathers, memory };
  }

  private async chunks(door: StreamWorld, limit: StreamWorld): Promise<ProfileResult['chunks']> {
    const { visitor, service, options } = this.all;
    const { turns, turnEvents } = options.plan;
    const chunks: Record<Way, EventFigures> = { door: new EventFigures(), limit: new EventFigures(), proxy: new EventFigures() };
    const proxy = await startPlainProxy(service.port);
    const run = (base: string, way: Way): Promise<void> =>
      measure.oneStream(base, visitor, turnEvents, chunks[way], AbortSignal.any([door.signal, limit.signal]));
    try {
      for (let turn = 0; turn < turns; turn += 1) {
        door.signal.throwIfAborted();
        await run(door.door, 'door');
        await run(limit.door, LIMIT);
        await run(`http://127.0.0.1:${portOf(proxy)}`, 'proxy');
      }
    } finally {
      proxy.closeAllConnections();
      await closeServer(proxy);
    }
    return chunks;
  }

  private async gathers(latency: LatencyProfile): Promise<GatherFigures[]> {
    const { visitor, options } = this.all;
    const figures: GatherFigures[] = [];
    for (const gatherMs of options.plan.gathers) {
      const measured = await this.within('door', latency, { gatherMs }, async (world) => {
        await this.warmUp(world, false);
        return measure.tokenStream(world, visitor, options.plan.gatherTokens);
      });
      figures.push({ gatherMs, ...measured });
    }
    return figures;
  }

  /** Starts the environments, and has the engine compile the code that is used often. */
  private async warmUp(world: StreamWorld, isDoor: boolean): Promise<void> {
    const { visitor } = this.all;
    await world.warm({ 'stream-request': 1, 'forward-request': 1, 'receive-message': 4 });
    const figures = new EventFigures();
    const plan = { count: WARM_EVENTS, everyMs: WARM_MS, bytes: 128 };
    for (let i = 0; i < WARM_STREAMS; i += 1) await visitor.readEvents(world.door, plan, figures, world.signal);
    if (isDoor) for (let i = 0; i < WARM_ANSWERS; i += 1) await visitor.read(`${world.httpApi}${wholePath(128)}`, world.signal);
    if (figures.failed > 0) throw new Error('a stream of the warm-up failed');
  }

  private async within<T>(
    kind: 'door' | typeof LIMIT,
    latency: LatencyProfile,
    streams: WorldOptions['streams'],
    use: (world: StreamWorld) => Promise<T>,
  ): Promise<T> {
    const { options, bundles, service, signal } = this.all;
    signal.throwIfAborted();
    const world = await StreamWorld.start(kind, {
      latency,
      signal,
      seed: options.seed,
      port: service.port,
      bundles: kind === LIMIT ? bundles.limit : bundles.real,
      streams: { ...options.streams, ...streams },
    });
    try {
      return await use(world);
    } finally {
      await world.close();
    }
  }
}

/** The warm-up: streams, events of each, ms from one event to the next, and whole answers through the HTTP API. */
const WARM_STREAMS = 2;
const WARM_EVENTS = 40;
const WARM_MS = 30;
const WARM_ANSWERS = 20;
