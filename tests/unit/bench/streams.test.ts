import { once } from 'node:events';
import { EventFigures, eventsOf, eventsPath, EventParser, eventText, EventTally } from '../../../bench/streams/events';
import { ratesOf } from '../../../bench/streams/measure';
import { parseStreamsOptions, type StreamsOptions } from '../../../bench/streams/options';
import { FULL, QUICK } from '../../../bench/streams/plan';
import { pricedCases } from '../../../bench/streams/priced';
import { reportName } from '../../../bench/streams/report';
import { streamCostOf, streamTotal, wholeAnswerCost } from '../../../bench/streams/stream-cost';
import { bytesPath, startPlainProxy, StreamService, wholePath } from '../../../bench/streams/stream-service';
import { StreamVisitor } from '../../../bench/streams/stream-visitor';
import { requestsOf, type ProfileResult } from '../../../bench/streams/streams-bench';
import { memoryTargets, profileTargets } from '../../../bench/streams/verdicts';
import type { Usage } from '../../../bench/usage';
import { CommandLineError } from '../../../cli/command-line';
import { portOf } from '../../../emulator/http-server';
import { AWS_PROFILE, NO_LATENCY, type LatencyProfile } from '../../../emulator/latency/latency-profile';
import { TimeHistogram } from '../../../bench/histogram';

const options = (...args: string[]): StreamsOptions => parseStreamsOptions(args) as StreamsOptions;

describe('the command line', () => {
  test('measures everything under the latencies of AWS and without latencies, unless it says otherwise', () => {
    const { latency, plan, streams, report } = options();
    expect(latency.map(({ name }) => name)).toEqual(['aws', 'none']);
    expect({ plan, streams, report }).toEqual({ plan: FULL, streams: {}, report: true });
    expect(options('--latency', 'none', '--quick')).toMatchObject({ latency: [{ name: 'none' }], plan: QUICK });
  });

  test('passes on the settings of streams that it names', () => {
    expect(options('--gather-ms', '0', '--chunk-bytes', '1000', '--window-bytes', '2000').streams).toEqual({
      gatherMs: 0,
      chunkBytes: 1000,
      windowBytes: 2000,
    });
  });

  test.each([
    [['--latency', 'aws,mars'], 'mars'],
    [['--gather-ms', '-1'], '--gather-ms'],
    [['--chunk-bytes', '30000'], '--chunk-bytes'],
    [['--window-bytes', '1000'], '--chunk-bytes must be at most --window-bytes'],
    [['quick'], 'too many arguments'],
  ])('refuses the arguments %j with one line that says why', (args, reason) => {
    expect(() => parseStreamsOptions(args)).toThrow(CommandLineError);
    expect(() => parseStreamsOptions(args)).toThrow(reason);
    expect(() => parseStreamsOptions(args)).toThrow(/^[^\n]+$/);
  });

  test('a run that differs from the usual one has files of its own', () => {
    expect(reportName(options())).toBe('streams');
    expect(reportName(options('--quick'))).toBe('streams-quick');
    expect(reportName(options('--latency', 'none', '--gather-ms', '50'))).toBe('streams-none-gather50');
  });
});

describe('events', () => {
  test('an event has its size, its number and its time, however its bytes are cut', () => {
    const texts = [0, 1, 2].map((number) => eventText(number, 1000.5 + number, 64));
    expect(texts.map((text) => text.length)).toEqual([64, 64, 64]);
    const parser = new EventParser();
    const found = [...texts.join(':\n\n')].flatMap((character) => parser.add(character));
    expect(found).toEqual([0, 1, 2].map((number) => ({ number, sentAt: 1000.5 + number })));
  });

  test('the tally counts events that are lost, doubled or out of order, each once', () => {
    const tally = new EventTally(6);
    for (const number of [0, 2, 1, 1, 4]) tally.add(number);
    expect(tally.defects).toEqual({ lost: 2, reordered: 1, doubled: 1 });
  });

  test('the figures add up the defects of several streams', () => {
    const figures = new EventFigures();
    figures.addDefects({ lost: 1, reordered: 0, doubled: 2 });
    figures.addDefects({ lost: 1, reordered: 3, doubled: 0 });
    expect(figures.defects).toEqual({ lost: 2, reordered: 3, doubled: 2 });
  });

  test('events come no earlier than planned, and end when their signal is aborted', async () => {
    const ending = new AbortController();
    const beganAt = performance.now();
    const times: number[] = [];
    for await (const event of eventsOf(eventsPath({ count: 1000, everyMs: 20, bytes: 64 }), ending.signal)) {
      expect(event).toContain(`id: ${times.length}\n`);
      times.push(performance.now() - beganAt);
      if (times.length === 4) ending.abort();
    }
    expect(times).toHaveLength(4);
    expect(times[3]).toBeGreaterThanOrEqual(59);
  });
});

describe('service, proxy and visitor', () => {
  const signal = new AbortController().signal;

  test('the visitor gets every event and every byte, directly and through the plain proxy', async () => {
    const service = await StreamService.start();
    const proxy = await startPlainProxy(service.port);
    const visitor = new StreamVisitor();
    try {
      for (const port of [service.port, portOf(proxy)]) {
        const base = `http://127.0.0.1:${port}`;
        const figures = new EventFigures();
        await visitor.readEvents(base, { count: 5, everyMs: 10, bytes: 100 }, figures, signal);
        expect(figures).toMatchObject({ streams: 1, failed: 0, events: 5, defects: { lost: 0, reordered: 0, doubled: 0 } });
        expect(figures.delays.count).toBe(4);
        for (const path of [bytesPath({ bytes: 150_001 }), bytesPath({ bytes: 3001, perSecond: 50_000 }), wholePath(77)]) {
          const seen = await visitor.read(`${base}${path}`, signal);
          expect(seen).toMatchObject({ status: 200, bytes: Number(/bytes=(\d+)/.exec(path)?.[1]) });
          expect(seen.failure).toBeUndefined();
        }
      }
    } finally {
      visitor.close();
      proxy.closeAllConnections();
      proxy.close();
      await Promise.all([once(proxy, 'close'), service.close()]);
    }
  });

  test('a stream that is cut counts as failed, and its missing events as lost', async () => {
    const service = await StreamService.start();
    const visitor = new StreamVisitor();
    try {
      const figures = new EventFigures();
      const plan = { count: 3, everyMs: 0, bytes: 100, holdMs: 60_000 };
      const reading = visitor.readEvents(`http://127.0.0.1:${service.port}`, { ...plan, count: 4, everyMs: 100_000 }, figures, signal);
      while (figures.events === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      service.cut();
      await reading;
      expect(figures).toMatchObject({ failed: 1, events: 1, defects: { lost: 3 } });
    } finally {
      visitor.close();
      await service.close();
    }
  });

  test('a slow visitor reads a little each second, and goes away', async () => {
    const service = await StreamService.start();
    const visitor = new StreamVisitor();
    try {
      const read = await visitor.readSlowly(`http://127.0.0.1:${service.port}${bytesPath({ bytes: 50e6 })}`, 1000, 2.5, signal);
      // Once a second; a busy machine may answer late.
      expect([1000, 2000]).toContain(read);
    } finally {
      visitor.close();
      await service.close();
    }
  });
});

test('the rate of a body is also told for the bytes before and after those that Lambda slows down', () => {
  const marks = [
    { bytes: 0, at: 0 },
    { bytes: 600, at: 100 },
    { bytes: 700, at: 200 },
  ];
  expect(ratesOf(marks, 600)).toEqual({ perSecond: 3500, firstPerSecond: 6000, laterPerSecond: 1000 });
  expect(ratesOf(marks, 1000)).toEqual({ perSecond: 3500, firstPerSecond: undefined, laterPerSecond: undefined });
});

const USAGE: Usage = {
  requests: 1,
  httpApiRequests: 1,
  webSocketMessages: 3,
  posts: 2,
  connectionMinutes: 4,
  invocations: { 'receive-message': 5, 'stream-request': 1 },
  gigabyteSeconds: { 'receive-message': 0.5, 'stream-request': 2 },
  pendingReads: 0,
  otherReads: 1,
  writes: 1,
  readUnits: 8,
  writeUnits: 2,
  events: 0,
  logBytes: 1e6,
  s3Puts: 0,
  s3Gets: 0,
  transferBytes: 0,
};

describe('the price', () => {
  const usage = USAGE;

  test('has a part for each thing that AWS charges for, and each use is in one part', () => {
    const cost = streamCostOf({ usage, scale: 1, bytes: 100e6 });
    expect(cost["agent's messages"]).toBeCloseTo(0.001, 9);
    expect(cost.posts).toBeCloseTo(0.002, 9);
    expect(cost['receive-message']).toBeCloseTo(1000 * (5 * 0.2e-6 + 0.5 * 0.0000133334), 9);
    expect(cost['stream-request']).toBeCloseTo(1000 * (0.2e-6 + 2 * 0.0000133334), 9);
    expect(cost.DynamoDB).toBeCloseTo(1000 * (8 * 0.125e-6 + 2 * 0.625e-6), 9);
    expect(cost['after 6 MB']).toBeCloseTo(1000 * ((100e6 - 6 * 1024 * 1024) / 1e9) * 0.008, 9);
    expect(cost['logs and connections']).toBeCloseTo(1000 * (0.001 * 0.5 + 4 * 0.25e-6), 9);
    expect(streamTotal(cost)).toBeCloseTo(
      Object.values(cost).reduce((sum, part) => sum + part, 0),
      9,
    );
  });

  test('of a short stream has nothing for the bytes after 6 MB', () => {
    expect(streamCostOf({ usage, scale: 1, bytes: 6e6 })['after 6 MB']).toBe(0);
  });

  test('of a stream is scaled from what was metered, and says from what', () => {
    const figures = new EventFigures();
    const measured = {
      atOnce: [10, 1].map((streams) => ({ streams, figures, usage: { ...usage, posts: streams } })),
      tokens: { figures, usage },
      idle: { failed: 0, usage },
      unpaced: { bytes: 0, failed: 0, perSecond: 0, firstPerSecond: undefined, laterPerSecond: undefined, usage },
    };
    const cases = pricedCases(measured, { ...FULL, atOnceSeconds: 20 });
    expect(cases.map(({ name, metered, posts }) => [name, metered, posts])).toEqual([
      ['1,000 chunks, 20 a second', '400 chunks', 2.5],
      ['1,000 tokens, 50 a second', undefined, 2],
      ['a minute of silence', undefined, 2],
      ['100 MB', '20 MB', 10],
    ]);
  });

  test('of a whole answer is the mean of all answers that were metered', () => {
    const answers = (requests: number, httpApiRequests: number): Usage => ({
      ...usage,
      requests,
      httpApiRequests,
      webSocketMessages: 0,
      connectionMinutes: 0,
      invocations: {},
      gigabyteSeconds: {},
      readUnits: 0,
      writeUnits: 0,
      logBytes: 0,
    });
    expect(wholeAnswerCost([answers(1, 1), answers(3, 7)])).toBeCloseTo(1000 * 2e-6, 9);
  });
});

test('memory above its bound fails its target, and no figures give no verdict', () => {
  const run = (agentPeak: number, before = 100) => {
    const agent = { before, peak: agentPeak };
    const waiter = { before, peak: before + 1 };
    return { download: { agent, waiter }, downloadBytes: 30e6, slow: { agent: waiter, waiter }, slowBytes: 0, failed: 0 };
  };
  expect(memoryTargets(run(164)).map(({ holds }) => holds)).toEqual([true, true, true, true]);
  expect(memoryTargets(run(165)).map(({ holds }) => holds)).toEqual([false, true, true, true]);
  expect(memoryTargets(run(0, 0))).toEqual([]);
});

describe('the targets', () => {
  const times = (ms: number): TimeHistogram => {
    const histogram = new TimeHistogram();
    histogram.record(ms);
    return histogram;
  };
  const events = (delayMs: number, lost = 0): EventFigures => {
    const figures = new EventFigures();
    figures.delays.record(delayMs);
    figures.streams = 1;
    figures.addDefects({ lost, reordered: 0, doubled: 0 });
    return figures;
  };
  const transfer = { bytes: 1, failed: 0, perSecond: 1, firstPerSecond: undefined, laterPerSecond: undefined, usage: USAGE };
  const profile = (latency: LatencyProfile, { doorMs = 100, delayMs = 30, lost = 0 } = {}): ProfileResult => ({
    latency,
    firstBytes: { door: times(doorMs), httpApi: times(100), failed: 0, httpUsage: [USAGE] },
    chunks: { door: events(delayMs), limit: events(30), proxy: events(1) },
    paced: { '1 KB/s': transfer },
    unpaced: transfer,
    atOnce: [{ streams: 1, figures: events(30, lost), usage: USAGE }],
    tokens: { figures: events(30), usage: USAGE },
    idle: { failed: 0, usage: USAGE },
    gathers: [],
  });
  const held = (result: ProfileResult): boolean[] => profileTargets(result).map(({ holds }) => holds);

  test('are 1.15 times the whole answer and 1.15 times the limit, and no event that is missing', () => {
    expect(held(profile(AWS_PROFILE, { doorMs: 114, delayMs: 34 }))).toEqual([true, true, true]);
    expect(held(profile(AWS_PROFILE, { doorMs: 116, delayMs: 35 }))).toEqual([false, false, true]);
    expect(held(profile(AWS_PROFILE, { lost: 1 }))).toEqual([true, true, false]);
  });

  test('are none of time where the services have no latencies', () => {
    expect(held(profile(NO_LATENCY, { doorMs: 1000, delayMs: 1000 }))).toEqual([true]);
  });

  test('a stream with missing events counts as an error of the run, as a stream that failed does', () => {
    const result = (profiles: ProfileResult[]) => ({ options: options('--quick'), startedAt: new Date(), seconds: 1, profiles });
    const broken = { ...profile(NO_LATENCY), idle: { failed: 1, usage: USAGE } };
    expect(requestsOf(result([profile(AWS_PROFILE), profile(NO_LATENCY)])).errors).toBe(0);
    expect(requestsOf(result([profile(AWS_PROFILE, { lost: 3 }), broken])).errors).toBe(2);
    // 40 answers of both doors, five streams of events, two bodies and the idle stream.
    expect(requestsOf(result([profile(AWS_PROFILE)])).requests).toBe(48);
  });
});
