import { judge, type Finding, type Rules } from '../../../chaos/judge/judge';
import type { Happened, History, Sighting, StreamedVisit, Visit, VisitEnd, WaiterEnd } from '../../../chaos/judge/history';
import { NOTHING } from '../../../chaos/judge/left-over';
import { allowancesOf } from '../../../chaos/plan/fault-kinds';

const RULES: Rules = {
  deadlineMs: 10_000,
  marginMs: 2000,
  streams: { lifeMs: 20_000, stallMs: 4000, silenceMs: 6000 },
  allows: allowancesOf,
  forgetful: new Set(['old']),
  hostile: new Set(['eve']),
};
const AT = 1_000_000;

const visit = (change: Partial<Visit> = {}): Visit => ({
  nonce: 'v1',
  index: 7,
  tunnel: 'ann',
  sentAt: AT,
  endedAt: AT + 50,
  end: { kind: 'own-answer' },
  requestId: 'r1',
  ...change,
});
const seen = (change: Partial<Sighting> = {}): Sighting => ({ nonce: 'v1', tunnel: 'ann', at: AT + 20, intact: true, ...change });
const during = (kind: string, from = AT, to = AT + 100): Happened => ({ kind, from, to });

/** A history in which every promise is kept, with a change. */
const judged = (change: Partial<History>): Finding[] =>
  judge(
    {
      visits: [visit()],
      sightings: [seen()],
      stored: new Map(),
      taken: new Map(),
      waited: new Map(),
      failures: new Map(),
      waiters: new Map(),
      happened: [],
      leftOver: NOTHING,
      ...change,
    },
    RULES,
  );
const rulesOf = (findings: readonly Finding[]): string[] => findings.map(({ rule }) => rule);
const endsWith = (end: VisitEnd, change: Partial<Visit> = {}): Pick<History, 'visits'> => ({ visits: [visit({ end, ...change })] });

test('a visit with its own answer breaks no promise', () => {
  expect(judged({})).toEqual([]);
});

test.each<[string, VisitEnd]>([
  ['a documented error of the tunnel', { kind: 'tunnel-error', code: 'agent_away' }],
  ["API Gateway's 429", { kind: 'gateway-error', status: 429 }],
  ['nothing, because the visitor went away early,', { kind: 'left' }],
])('a visit that ends with %s is not lost', (_, end) => {
  expect(judged(endsWith(end))).toEqual([]);
});

test.each<[string, VisitEnd]>([
  ['nothing', { kind: 'silence' }],
  ['a cut connection', { kind: 'cut', code: 'ECONNRESET' }],
  ['an error that no document describes', { kind: 'unknown-error', status: 599, found: 'x' }],
])('a visit that ends with %s is lost', (_, end) => {
  expect(judged(endsWith(end))).toEqual([
    { rule: 'lost', text: expect.stringContaining('visit v1 ') as string, count: 1, index: 7, requestId: 'r1' },
  ]);
});

test('an answer or an error is lost when it comes later than the margin after the deadline', () => {
  for (const end of [{ kind: 'own-answer' }, { kind: 'tunnel-error', code: 'deadline_exceeded' }] as const) {
    expect(judged(endsWith(end, { endedAt: AT + 12_000 }))).toEqual([]);
    expect(rulesOf(judged(endsWith(end, { endedAt: AT + 12_001 })))).toEqual(['lost']);
    // The time in which this machine had no environment for the request does not count.
    expect(judged({ ...endsWith(end, { endedAt: AT + 15_000 }), waited: new Map([['v1', 3000]]) })).toEqual([]);
  }
});

test.each([
  [500, 'waiters-die', 'waiters-throttle'],
  [503, 'waiters-throttle', 'waiters-die'],
])("API Gateway's %i is lost unless a fault such as %s explains it at that time", (status, explains, doesNot) => {
  const ends = endsWith({ kind: 'gateway-error', status });
  expect(judged({ ...ends, happened: [during(explains)] })).toEqual([]);
  expect(judged({ ...ends, happened: [during(explains, AT - 2500, AT - 2000)] })).toEqual([]);
  expect(rulesOf(judged({ ...ends, happened: [during(explains, AT - 9000, AT - 8000)] }))).toEqual(['lost']);
  expect(rulesOf(judged({ ...ends, happened: [during(explains, AT + 60, AT + 100)] }))).toEqual(['lost']);
  expect(rulesOf(judged({ ...ends, happened: [during(doesNot)] }))).toEqual(['lost']);
  expect(rulesOf(judged(ends))).toEqual(['lost']);
});

test("API Gateway's 503 is not lost when this machine had no execution environment for the request until the deadline", () => {
  const ends = endsWith({ kind: 'gateway-error', status: 503 }, { endedAt: AT + 30_000 });
  expect(judged({ ...ends, waited: new Map([['v1', 30_000]]) })).toEqual([]);
});

describe('a visit that gets deadline_exceeded', () => {
  const ends = endsWith({ kind: 'tunnel-error', code: 'deadline_exceeded' }, { endedAt: AT + 10_000 });

  test('is lost when the cloud had stored the answer in time', () => {
    expect(judged({ ...ends, stored: new Map([['r1', AT + 3000]]) })).toMatchObject([
      { rule: 'lost', text: expect.stringMatching(/stored the answer 7000 ms/) as string },
    ]);
  });

  test('is not lost when nothing was stored, when it was stored at the last moment, or when the rows could not be read', () => {
    expect(judged({ ...ends, stored: new Map([['another', AT + 3000]]) })).toEqual([]);
    expect(judged({ ...ends, stored: new Map([['r1', AT + 9000]]) })).toEqual([]);
    expect(judged({ ...ends, stored: new Map([['r1', AT + 3000]]), happened: [during('rows-hang')] })).toEqual([]);
  });
});

describe('a visit that gets deadline_exceeded, whose answer the cloud had taken and not stored,', () => {
  const taken = (at: number, ...happened: Happened[]): Finding[] =>
    judged({
      ...endsWith({ kind: 'tunnel-error', code: 'deadline_exceeded' }, { endedAt: AT + 10_000 }),
      taken: new Map([['r1', at]]),
      happened,
    });
  const crash = (tunnel: string, from: number): Happened => ({ kind: 'agents-crash', tunnel, from, to: from + 500 });

  test('is lost when the answer was taken in time', () => {
    expect(taken(AT + 3000)).toMatchObject([{ rule: 'lost', text: expect.stringMatching(/taken the answer 7000 ms/) as string }]);
    expect(taken(AT + 9000)).toEqual([]);
  });

  test('is lost when only the wake was lost, because the agent can be asked, or when only the agent has ended', () => {
    expect(rulesOf(taken(AT + 3000, during('wakes-lost', AT + 2900, AT + 3100)))).toEqual(['lost']);
    expect(rulesOf(taken(AT + 3000, crash('ann', AT + 3100)))).toEqual(['lost']);
  });

  test.each(['wakes-lost', 'waiters-half-open'])('is not lost when %s met the wake and the agent has ended afterwards', (fault) => {
    expect(taken(AT + 3000, during(fault, AT + 2900, AT + 3100), crash('ann', AT + 3100))).toEqual([]);
  });

  test('is not lost when the wake and a question were lost and the agent has ended as it should, but lost when only two of these happened', () => {
    const [wake, question] = [during('wakes-lost', AT + 2900, AT + 3100), during('agents-cut', AT + 3500, AT + 4500)];
    const restart: Happened = { kind: 'agents-restart', tunnel: 'ann', from: AT + 5000, to: AT + 6500 };
    expect(taken(AT + 3000, wake, question, restart)).toEqual([]);
    for (const two of [
      [wake, question],
      [wake, restart],
      [question, restart],
    ])
      expect(rulesOf(taken(AT + 3000, ...two))).toEqual(['lost']);
  });

  test('is lost when the agent of another tunnel has ended, when the agent had ended long before, or when wakes were lost later', () => {
    const lostWakes = during('wakes-lost', AT + 2900, AT + 3100);
    expect(rulesOf(taken(AT + 3000, lostWakes, crash('bob', AT + 3100)))).toEqual(['lost']);
    expect(rulesOf(taken(AT + 4500, lostWakes, crash('ann', AT)))).toEqual(['lost']);
    expect(rulesOf(taken(AT + 3000, during('wakes-lost', AT + 3100, AT + 4000), crash('ann', AT + 3100)))).toEqual(['lost']);
  });

  test('is lost when the agent has ended long after it was asked, even if questions were lost at that time', () => {
    const wake = during('wakes-lost', AT + 50, AT + 150);
    expect(taken(AT + 100, wake, crash('ann', AT + 3000))).toEqual([]);
    expect(rulesOf(taken(AT + 100, wake, crash('ann', AT + 5000)))).toEqual(['lost']);
    expect(taken(AT + 100, wake, during('posts-fail', AT + 900, AT + 1200), crash('ann', AT + 5000))).toEqual([]);
    expect(rulesOf(taken(AT + 100, wake, during('posts-fail', AT + 5000, AT + 6000), crash('ann', AT + 5000)))).toEqual(['lost']);
  });

  test('is not lost when the wake was lost and the agent could be asked only once more, which is also a message that may be lost', () => {
    expect(taken(AT + 5100, during('wakes-lost', AT + 5000, AT + 5200))).toEqual([]);
    expect(rulesOf(taken(AT + 5100))).toEqual(['lost']);
  });

  test('is not lost when the waiter was stopped or the rows could not be read', () => {
    for (const fault of ['waiters-stall', 'rows-hang']) expect(taken(AT + 3000, during(fault))).toEqual([]);
  });

  test('is lost when the answer was also stored, whatever became of its wake and of its agent', () => {
    const ends = endsWith({ kind: 'tunnel-error', code: 'deadline_exceeded' }, { endedAt: AT + 10_000 });
    const answer = { stored: new Map([['r1', AT + 3100]]), taken: new Map([['r1', AT + 3000]]) };
    const happened = [during('wakes-lost', AT + 2900, AT + 3100), crash('ann', AT + 3100)];
    expect(judged({ ...ends, ...answer, happened })).toMatchObject([{ text: expect.stringMatching(/stored the answer/) as string }]);
  });
});

test('an answer with the bytes of another visit is crossed', () => {
  const visits = [visit({ end: { kind: 'wrong-answer', found: 'v2' } }), visit({ nonce: 'v2', tunnel: 'bob' })];
  expect(judged({ visits, sightings: [] })).toMatchObject([{ rule: 'crossed', index: 7 }]);
});

test('an answer with changed bytes is crossed, and nobody may answer for another tunnel', () => {
  expect(rulesOf(judged(endsWith({ kind: 'wrong-answer', found: 'v1' })))).toEqual(['crossed']);
  expect(rulesOf(judged(endsWith({ kind: 'wrong-answer', found: 'forged' })))).toEqual(['crossed']);
});

test('a hostile owner may answer its own visitors as it likes, but not with what another visitor asked', () => {
  const sightings: Sighting[] = [];
  const eves = visit({ tunnel: 'eve', end: { kind: 'wrong-answer', found: 'forged' } });
  expect(judged({ visits: [eves], sightings })).toEqual([]);
  const own = visit({ tunnel: 'eve', end: { kind: 'wrong-answer', found: 'v1' } });
  expect(judged({ visits: [own], sightings })).toEqual([]);
  const stolen = visit({ tunnel: 'eve', end: { kind: 'wrong-answer', found: 'v2' } });
  expect(rulesOf(judged({ visits: [stolen, visit({ nonce: 'v2' })], sightings }))).toEqual(['crossed']);
});

test.each([
  ['of another tunnel', { tunnel: 'bob' }],
  ['that nobody sent', { nonce: 'nobody' }],
  ['with a changed body', { intact: false }],
])('a local service that gets a request %s is a crossed request', (_, change) => {
  expect(rulesOf(judged({ sightings: [seen(change)] }))).toEqual(['crossed']);
});

test('a request that a local service gets twice counts once, however often it comes', () => {
  expect(judged({ sightings: [seen(), seen(), seen()] })).toMatchObject([
    { rule: 'twice', count: 1, index: 7, text: expect.stringContaining('3 times') as string },
  ]);
});

test('a request that comes twice is excused only for an agent that does not notice, while messages are delivered twice', () => {
  const twice = [seen(), seen()];
  const old = { visits: [visit({ tunnel: 'old' })], sightings: twice.map((each) => ({ ...each, tunnel: 'old' })) };
  const fault = { happened: [during('requests-twice')] };
  expect(judged({ ...old, ...fault })).toEqual([]);
  expect(rulesOf(judged(old))).toEqual(['twice']);
  expect(rulesOf(judged({ sightings: twice, ...fault }))).toEqual(['twice']);
});

test('a request that comes twice after its visitor has left is excused by what was on until it came', () => {
  const left = [visit({ tunnel: 'old', end: { kind: 'left' } })];
  const sightings = [seen({ tunnel: 'old' }), seen({ tunnel: 'old', at: AT + 30_000 })];
  const later = (to: number): Partial<History> => ({ visits: left, sightings, happened: [during('requests-twice', to - 100, to)] });
  expect(judged(later(AT + 30_000))).toEqual([]);
  expect(rulesOf(judged(later(AT + 31_000)))).toEqual(['twice']);
});

test('whatever is left over is counted, all kinds together', () => {
  expect(judged({ leftOver: { ...NOTHING, rows: 2, processes: 1 } })).toEqual([
    { rule: 'leftover', text: 'left over: 2 rows, 1 processes', count: 3 },
  ]);
});

describe('a visit at the streaming door', () => {
  const streamed = (change: Partial<StreamedVisit> = {}): StreamedVisit => ({ bytes: 100, got: 40, breaks: false, pausedMs: 0, ...change });
  const waiter = (change: Partial<WaiterEnd> = {}): Pick<History, 'waiters'> => ({
    waiters: new Map([['v1', { endedAt: AT + 60, ranMs: 60, ...change }]]),
  });
  const cutBecause = (reason: string): Pick<History, 'waiters'> => waiter({ failure: `the stream was cut: ${reason}` });
  const cut = (change: Partial<StreamedVisit> = {}): Pick<History, 'visits'> =>
    endsWith({ kind: 'cut', code: 'ECONNRESET' }, { streamed: streamed(change) });

  test('breaks no promise when it ends with its own answer within the life of a stream, later than the deadline of whole answers', () => {
    const ended = (ms: number) => judged(endsWith({ kind: 'own-answer' }, { streamed: streamed(), endedAt: AT + ms }));
    expect(ended(22_000)).toEqual([]);
    expect(rulesOf(ended(22_001))).toEqual(['lost']);
  });

  test('may last longer by the time in which its visitor read nothing', () => {
    const visits = endsWith({ kind: 'own-answer' }, { streamed: streamed({ pausedMs: 5000 }), endedAt: AT + 26_000 });
    expect(judged(visits)).toEqual([]);
  });

  test('is crossed when a short body looked whole, except at the hostile agent', () => {
    const short = (tunnel: string) => judged(endsWith({ kind: 'short-answer', bytes: 40 }, { streamed: streamed(), tunnel })).slice(0, 1);
    expect(short('ann')).toMatchObject([
      { rule: 'crossed', text: 'visit v1 got 40 of 100 bytes, which looked whole', index: 7, requestId: 'r1' },
    ]);
    expect(judged({ ...endsWith({ kind: 'short-answer', bytes: 40 }, { streamed: streamed(), tunnel: 'eve' }), sightings: [] })).toEqual(
      [],
    );
  });

  test('is lost when it was cut without a reason, and the finding tells how far it came and what the function said', () => {
    for (const reason of ['failed', 'idle', 'slow', 'late', 'damaged', 'beyond']) {
      expect(judged({ ...cut(), ...cutBecause(reason) })).toMatchObject([
        { rule: 'lost', text: `visit v1 was cut after 40 of 100 bytes (${reason})`, index: 7 },
      ]);
    }
    expect(judged({ ...cut(), ...waiter() })).toMatchObject([{ text: expect.stringContaining('(the function did not fail)') as string }]);
  });

  test('may be cut when its local service breaks off, but not because its body was damaged or too much was sent', () => {
    for (const reason of ['failed', 'idle', 'late']) expect(judged({ ...cut({ breaks: true }), ...cutBecause(reason) })).toEqual([]);
    for (const reason of ['damaged', 'beyond', 'slow'])
      expect(rulesOf(judged({ ...cut({ breaks: true }), ...cutBecause(reason) }))).toEqual(['lost']);
  });

  test('may be cut as slow only when its visitor read nothing for as long as a visitor may stall', () => {
    expect(judged({ ...cut({ pausedMs: 4000 }), ...cutBecause('slow') })).toEqual([]);
    expect(rulesOf(judged({ ...cut({ pausedMs: 3999 }), ...cutBecause('slow') }))).toEqual(['lost']);
    expect(rulesOf(judged({ ...cut({ pausedMs: 4000 }), ...cutBecause('idle') }))).toEqual(['lost']);
  });

  test.each(['agents-half-open', 'agents-cut-off', 'agents-crash', 'agents-restart'])(
    'may be cut as idle or failed while %s keeps agent and waiter from one another, but not because its body was damaged',
    (kind) => {
      const happened = [during(kind)];
      for (const reason of ['idle', 'failed']) expect(judged({ ...cut(), ...cutBecause(reason), happened })).toEqual([]);
      expect(rulesOf(judged({ ...cut(), ...cutBecause('damaged'), happened }))).toEqual(['lost']);
      expect(rulesOf(judged({ ...cut(), ...cutBecause('idle'), happened: [during(kind, AT - 9000, AT - 8000)] }))).toEqual(['lost']);
    },
  );

  test.each(['wakes-lost', 'wakes-overtake', 'answers-lost', 'answers-twice', 'requests-lost', 'receivers-die', 'waiters-cut'])(
    'must not be cut by %s: what is lost has to be sent again',
    (kind) => {
      expect(rulesOf(judged({ ...cut(), ...cutBecause('idle'), happened: [during(kind)] }))).toEqual(['lost']);
    },
  );

  test('may be cut as idle or failed when losses went on for half of the silence in which agent and waiter give up, and only then', () => {
    const losing = (...spans: readonly (readonly [kind: string, from: number, to: number])[]) =>
      rulesOf(
        judged({
          ...endsWith({ kind: 'cut', code: 'ECONNRESET' }, { streamed: streamed(), endedAt: AT + 9000 }),
          ...cutBecause('idle'),
          happened: spans.map(([kind, from, to]) => during(kind, AT + from, AT + to)),
        }),
      );
    expect(losing(['wakes-lost', 3000, 5000], ['answers-lost', 5000, 6000])).toEqual([]);
    expect(losing(['wakes-fail', 3000, 5000], ['answers-lost', 5000, 5999])).toEqual(['lost']);
    // What is on at the same time, before the silence, or without losing anything, does not add up.
    expect(losing(['wakes-lost', 3000, 5000], ['answers-lost', 3500, 5500])).toEqual(['lost']);
    expect(losing(['wakes-lost', -4000, 2000], ['wakes-lost', 9000, 12_000])).toEqual(['lost']);
    expect(losing(['wakes-twice', 3000, 6000], ['wakes-overtake', 5000, 9000])).toEqual(['lost']);
  });

  test('tells what went on at that time when it was cut without a reason', () => {
    const happened = [during('wakes-twice', AT, AT + 100), during('rows-fail', AT - 20_000, AT - 15_000)];
    expect(judged({ ...cut(), ...cutBecause('idle'), happened })).toMatchObject([
      { text: 'visit v1 was cut after 40 of 100 bytes (idle, meanwhile wakes-twice)' },
    ]);
  });

  test('may be cut without a word when its function was ended, and only then', () => {
    const died = { ...cut(), ...waiter({ failure: 'RequestId: 1 Error: Runtime exited' }) };
    expect(judged({ ...died, happened: [during('streamers-die')] })).toEqual([]);
    expect(rulesOf(judged({ ...died, happened: [during('agents-crash')] }))).toEqual(['lost']);
  });

  test.each([
    [502, 'streamers-die', 'streamers-throttle'],
    [429, 'streamers-throttle', 'streamers-die'],
  ])("the function URL's %i is lost unless a fault such as %s explains it", (status, explains, doesNot) => {
    const ends = endsWith({ kind: 'gateway-error', status }, { streamed: streamed({ got: 0 }) });
    expect(judged({ ...ends, happened: [during(explains)] })).toEqual([]);
    expect(rulesOf(judged({ ...ends, happened: [during(doesNot)] }))).toEqual(['lost']);
    expect(rulesOf(judged(ends))).toEqual(['lost']);
  });

  test('leaves something over when its waiter runs longer than a stream may live, also when its visitor has gone', () => {
    const left = (ranMs: number) => judged({ ...endsWith({ kind: 'left' }, { streamed: streamed() }), ...waiter({ ranMs }) });
    expect(left(22_000)).toEqual([]);
    expect(left(22_001)).toMatchObject([{ rule: 'leftover', text: 'the waiter of visit v1 ran for 22001 ms', count: 1, index: 7 }]);
  });

  test('that gets deadline_exceeded is lost when its answer was taken in the life of a stream', () => {
    const ends = endsWith({ kind: 'tunnel-error', code: 'deadline_exceeded' }, { streamed: streamed(), endedAt: AT + 20_000 });
    expect(judged({ ...ends, taken: new Map([['r1', AT + 17_000]]) })).toMatchObject([{ rule: 'lost' }]);
    expect(judged({ ...ends, taken: new Map([['r1', AT + 18_000]]) })).toEqual([]);
  });
});
