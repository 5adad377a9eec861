import http from 'node:http';
import { once } from 'node:events';
import { arrivals } from '../../../chaos/load/arrivals';
import { textFor } from '../../../chaos/load/bodies';
import { BodyCheck, streamBody, writesOf, type StreamShape } from '../../../chaos/load/stream-body';
import { streamQuery, type StreamPlan } from '../../../chaos/load/stream-plan';
import { readStream } from '../../../chaos/load/stream-reader';
import { streamEndOf } from '../../../chaos/load/stream-visit';
import { LocalService } from '../../../chaos/world/local-service';
import { CAST } from '../../../chaos/world/cast';

const SHAPES: readonly StreamShape[] = ['whole', 'events', 'body'];
const checked = (shape: StreamShape, right: Buffer, ...pieces: readonly (Buffer | string)[]): BodyCheck => {
  const check = new BodyCheck(right, shape);
  for (const piece of pieces) check.add(Buffer.from(piece));
  return check;
};

describe('the visitors of the streaming door', () => {
  const streams = [...arrivals(1, { mode: 'direct', first: 0, requests: 8000 })].filter(({ stream }) => stream !== undefined);
  const plans = streams.map(({ stream }) => stream as StreamPlan);

  test('are one in seven or so, and ask for all shapes of answers, with and without a length', () => {
    expect(streams.length).toBeGreaterThan(1000);
    expect(streams.length).toBeLessThan(1400);
    expect(new Set(plans.map(({ shape, isKnown }) => `${shape} ${isKnown}`))).toEqual(
      new Set(['whole true', 'whole false', 'events false', 'body true', 'body false']),
    );
  });

  test('some of them read slowly or leave, and some services break off or are silent for long', () => {
    const share = (is: (plan: StreamPlan) => boolean): boolean => plans.filter(is).length > 15;
    expect(share(({ pauseAt, pauseMs }) => pauseAt !== undefined && pauseMs > 4000)).toBe(true);
    expect(share(({ leavesAt }) => leavesAt !== undefined)).toBe(true);
    expect(share(({ breaksAt }) => breaksAt !== undefined)).toBe(true);
    expect(share(({ hushMs }) => hushMs > 0)).toBe(true);
  });

  test('ask for up to 3 MB, and never for more than the agent of the tunnel can carry', () => {
    expect(Math.max(...plans.map(({ bytes }) => bytes))).toBeGreaterThan(2_500_000);
    for (const { tunnel, stream } of streams) expect(stream?.bytes).toBeLessThanOrEqual(tunnel.streamBytes);
    expect(CAST.find(({ agent }) => agent === 'old')?.streamBytes).toBeLessThanOrEqual(32_768 / 2);
  });
});

describe('a body is compared with the right one', () => {
  test.each(SHAPES)('and is whole when all bytes of the shape %s came, in whatever pieces', (shape) => {
    const right = streamBody('direct-1-ann', shape, 500);
    for (const size of [1, 7, 500, 10_000]) {
      const pieces = Array.from({ length: Math.ceil(right.length / size) }, (_, i) => right.subarray(i * size, (i + 1) * size));
      const check = checked(shape, right, ...pieces);
      expect([check.isWhole, check.found, check.got]).toEqual([true, undefined, right.length]);
    }
  });

  test('and is not whole when bytes are missing at its end', () => {
    const right = streamBody('v', 'body', 500);
    const check = checked('body', right, right.subarray(0, 499));
    expect([check.isWhole, check.found, check.got]).toEqual([false, undefined, 499]);
  });

  test.each(SHAPES)('and is wrong when bytes of the shape %s were lost, doubled, exchanged, changed or added', (shape) => {
    const right = streamBody('v', shape, 500);
    const [line] = right.toString().split(/(?<=\n)(?!\n)/);
    const length = line?.length ?? 0;
    const at = right.indexOf('v 7');
    const lost = [right.subarray(0, at), right.subarray(at + length)];
    const doubled = [right.subarray(0, at + length), right.subarray(at)];
    const exchanged = [right.subarray(0, at), right.subarray(at + length, at + 2 * length), right.subarray(at, at + length)];
    const changed = [right.subarray(0, 499), '?'];
    for (const pieces of [lost, doubled, exchanged, changed, [right, '!'], [streamBody('w', shape, 500)]])
      expect(checked(shape, right, ...pieces).found).toEqual(expect.any(String));
  });

  test('and may have heartbeats between events, and only there', () => {
    const right = streamBody('v', 'events', 60);
    const [first = '', second = ''] = writesOf(right, 'events').map(String);
    const rest = right.subarray(first.length + second.length);
    expect(checked('events', right, ':\n\n', first, ':\n', '\n:\n\n', second, rest, ':\n\n').isWhole).toBe(true);
    expect(checked('events', right, first.slice(0, -1), ':\n\n').found).toBe(':\n\n');
    expect(checked('events', right, first, ':\n', second).found).toEqual(expect.any(String));
    expect(checked('events', right, right, ':\n').isWhole).toBe(false);
    expect(checked('body', streamBody('v', 'body', 60), ':\n\n').found).toBe(':\n\n');
  });
});

describe('a visit at the streaming door ends', () => {
  const reply = { status: 200, headers: {}, text: '', hasLeft: false };
  const right = { found: undefined, isWhole: true, got: 40 };
  const short = { ...right, isWhole: false };
  const wrong = { ...short, found: 'direct-9-bob-api 3' };
  const end = streamEndOf.bind(undefined, { manner: 'answer' });

  test.each([
    ['with its own answer', end(reply, right), { kind: 'own-answer' }],
    ["with the local service's own error", streamEndOf({ manner: 'error' }, { ...reply, status: 500 }, right), { kind: 'own-answer' }],
    ['with a short answer that looks whole', end(reply, short), { kind: 'short-answer', bytes: 40 }],
    ['with a cut', end({ ...reply, failure: 'ECONNRESET' }, short), { kind: 'cut', code: 'ECONNRESET' }],
    ['with a cut, when no answer came', end({ ...reply, status: 0, failure: 'ECONNRESET' }, short), { kind: 'cut', code: 'ECONNRESET' }],
    ['with a wrong answer', end(reply, wrong), { kind: 'wrong-answer', found: 'direct-9-bob-api' }],
    [
      'with a wrong answer, even if it was cut afterwards',
      end({ ...reply, failure: 'ECONNRESET' }, wrong),
      { kind: 'wrong-answer', found: 'direct-9-bob-api' },
    ],
    [
      'with a wrong answer, even if the visitor left afterwards',
      end({ ...reply, failure: 'left', hasLeft: true }, wrong),
      { kind: 'wrong-answer', found: 'direct-9-bob-api' },
    ],
    ['because the visitor left', end({ ...reply, failure: 'left', hasLeft: true }, short), { kind: 'left' }],
    ['with nothing more', end({ ...reply, failure: 'AbortError', gone: { kind: 'silence' } }, short), { kind: 'silence' }],
    [
      'with an error of the tunnel',
      end({ ...reply, status: 502, headers: { 'x-tunnel-error': 'agent_away' } }, short),
      { kind: 'tunnel-error', code: 'agent_away' },
    ],
    [
      "with the function URL's 502",
      end({ ...reply, status: 502, text: 'Internal Server Error' }, wrong),
      { kind: 'gateway-error', status: 502 },
    ],
    [
      "with the function URL's 429",
      end({ ...reply, status: 429, headers: { 'x-amzn-errortype': 'TooManyRequestsException' } }, wrong),
      { kind: 'gateway-error', status: 429 },
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});

describe('the local service', () => {
  const plan: StreamPlan = { shape: 'body', bytes: 300_000, isKnown: false, gapMs: 0, hushMs: 0, pauseMs: 0 };
  let service: LocalService;
  beforeEach(async () => (service = await LocalService.start('ann', () => undefined)));
  afterEach(() => service.close());

  const ask = async (change: Partial<StreamPlan>, reading = {}) => {
    const wanted = { ...plan, ...change };
    const check = new BodyCheck(streamBody('v1', wanted.shape, wanted.bytes), wanted.shape);
    const url = `http://127.0.0.1:${service.port}/n/v1?ms=0&up=0&manner=answer${streamQuery(wanted)}`;
    const reply = await readStream({ url, body: undefined, signal: new AbortController().signal }, reading, check);
    return { reply, check, end: streamEndOf({ manner: 'answer' }, reply, check) };
  };

  test.each([
    [{ shape: 'whole', bytes: 900, isKnown: true }],
    [{ shape: 'events', bytes: 400, gapMs: 2, hushMs: 20 }],
    [{ shape: 'body', isKnown: true }],
    [{ shape: 'body' }],
  ] as const)('sends %j, and its visitor finds every byte right', async (change) => {
    const { reply, end } = await ask(change);
    expect(end).toEqual({ kind: 'own-answer' });
    expect(reply.headers['content-length'] !== undefined).toBe('isKnown' in change);
    expect(reply.headers['content-type']).toBe(change.shape === 'events' ? 'text/event-stream' : 'text/plain');
  });

  test.each([true, false])('breaks off where the request says so, which is a cut for its visitor (known length: %s)', async (isKnown) => {
    for (const breaksAt of [0, 0.5, 0.999]) {
      const { end, check } = await ask({ breaksAt, isKnown });
      expect([end.kind, check.found]).toEqual(['cut', undefined]);
    }
  });

  test('tells how many requests are open, and has none when a visitor has left in mid-stream', async () => {
    const silent = http.get(`http://127.0.0.1:${service.port}/n/v1?ms=0&up=0&manner=silence`, { agent: false });
    silent.on('error', () => undefined);
    await once(silent, 'socket');
    while (service.open === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    silent.destroy();
    const { end } = await ask({ bytes: 3_000_000 }, { leavesAfterBytes: 100_000 });
    expect(end).toEqual({ kind: 'left' });
    while (service.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(service.open).toBe(0);
  });

  test('waits for a visitor who reads nothing for a while, and the visitor gets everything', async () => {
    const startedAt = performance.now();
    const { end } = await ask({}, { pause: { afterBytes: 1000, ms: 300 } });
    expect(end).toEqual({ kind: 'own-answer' });
    expect(performance.now() - startedAt).toBeGreaterThan(290);
  });

  test('still sends whole answers to the other visitors', async () => {
    const response = await fetch(`http://127.0.0.1:${service.port}/n/v2?ms=0&bytes=50&up=0&manner=answer`);
    expect(await response.text()).toBe(textFor('v2', 50));
  });
});
