import { poolFixture, type PoolEvent, type PoolFixture, type PoolFixtureOptions } from '../../support/pool-fixture';

const runs = ({ events }: PoolFixture): string[] =>
  events.flatMap((event) => (event.kind === 'run' ? [`${event.invocation} in ${event.environment}`] : []));
const started = ({ events }: PoolFixture, kind: PoolEvent['kind'] = 'start'): string[] =>
  events.flatMap((event) => (event.kind === kind ? [event.environment] : []));
const invokeMany = (fixture: PoolFixture, count: number, ms: number, name = 'f'): Promise<unknown[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => fixture.invoke(name, String(i), ms)));

const SLOW = 60_000;

test('no more environments than allowed initialise at the same time', async () => {
  const fixture = poolFixture({ functions: { f: {}, g: {} }, concurrentStarts: 3 });
  void invokeMany(fixture, 10, SLOW, 'f');
  void invokeMany(fixture, 10, SLOW, 'g');
  await fixture.clock.advance(299);
  expect(started(fixture)).toHaveLength(3);
  await fixture.clock.advance(10_000);
  expect(started(fixture)).toHaveLength(20);
  expect(fixture.peakStarts()).toBe(3);
});

test('a waiting invocation takes an environment that becomes free before its own environment has started', async () => {
  const fixture = poolFixture({ functions: { f: {} }, init: () => 300 });
  const first = fixture.invoke('f', 'first', 400);
  await fixture.clock.advance(600);
  const second = fixture.invoke('f', 'second', 0);
  await fixture.clock.advance(1000);
  await Promise.all([first, second]);
  expect(runs(fixture)).toEqual(['first in f 1', 'second in f 1']);
  // The start had begun, and its environment is ready for the next invocation.
  expect(started(fixture, 'rests')).toEqual(['f 1', 'f 2']);
});

test('a new environment serves the first invocation in the queue, even if it was started for another invocation', async () => {
  const fixture = poolFixture({ functions: { f: {} }, concurrentStarts: 1, init: () => 300 });
  void fixture.invoke('f', 'visitor', SLOW);
  await fixture.clock.advance(100);
  void fixture.invoke('f', 'message', SLOW, { origin: 'inside' });
  await fixture.clock.advance(1000);
  expect(runs(fixture)).toEqual(['message in f 1', 'visitor in f 2']);
});

test('a start does not begin if no invocation needs the environment any more', async () => {
  const fixture = poolFixture({ functions: { f: {} }, concurrentStarts: 1, init: () => 300 });
  void invokeMany(fixture, 4, 10);
  await fixture.clock.advance(5000);
  expect(runs(fixture)).toHaveLength(4);
  // The second start was admitted when the first had ended. All invocations had been served before the second start ended.
  expect(started(fixture).length).toBeLessThanOrEqual(2);
});

test('an invocation waits for an environment that has just answered instead of starting another environment', async () => {
  const fixture = poolFixture({ functions: { f: {} } });
  void fixture.invoke('f', 'first', 10).then(() => fixture.invoke('f', 'second', 10));
  await fixture.clock.advance(1000);
  expect(runs(fixture)).toEqual(['first in f 1', 'second in f 1']);
  expect(started(fixture)).toEqual(['f 1']);
});

test('a start for an invocation from inside comes before starts for invocations from outside, also of other functions', async () => {
  const fixture = poolFixture({ functions: { door: {}, answer: {} }, concurrentStarts: 1 });
  void invokeMany(fixture, 3, SLOW, 'door');
  await fixture.clock.advance(100);
  void fixture.invoke('answer', 'a', SLOW, { origin: 'inside' });
  await fixture.clock.advance(5000);
  expect(started(fixture)).toEqual(['door 1', 'answer 1', 'door 2', 'door 3']);
});

test('an invocation from outside that has waited for ten seconds runs before a new invocation from inside', async () => {
  const fixture = poolFixture({ functions: { f: {} }, concurrentStarts: 1, init: () => 11_000 });
  void fixture.invoke('f', 'visitor', SLOW);
  await fixture.clock.advance(10_500);
  void fixture.invoke('f', 'message', SLOW, { origin: 'inside' });
  await fixture.clock.advance(30_000);
  expect(runs(fixture)).toEqual(['visitor in f 1', 'message in f 2']);
});

describe('while the invocations of a function are quick', () => {
  /** A pool with one environment that has run an invocation of 50 ms. */
  const quickFunction = async (options: Partial<PoolFixtureOptions> = {}): Promise<PoolFixture> => {
    const fixture = poolFixture({ functions: { f: {} }, ...options });
    void fixture.invoke('f', 'first', 50);
    await fixture.clock.advance(1000);
    return fixture;
  };

  test('six concurrent invocations wait for the existing environment, because a start would take longer', async () => {
    const fixture = await quickFunction();
    void invokeMany(fixture, 6, 50);
    await fixture.clock.advance(1000);
    expect(runs(fixture)).toHaveLength(7);
    expect(started(fixture)).toEqual(['f 1']);
  });

  test('more environments start if the last invocations would wait longer than a start takes', async () => {
    const fixture = await quickFunction();
    void invokeMany(fixture, 30, 50);
    await fixture.clock.advance(2000);
    expect(runs(fixture)).toHaveLength(31);
    expect(started(fixture).length).toBeGreaterThan(1);
    expect(started(fixture).length).toBeLessThan(8);
  });

  test('another environment starts for the invocation that waits behind a suddenly slow invocation', async () => {
    const fixture = await quickFunction();
    void fixture.invoke('f', 'slow', SLOW);
    void fixture.invoke('f', 'next', 50);
    // After 500 ms the invocation counts as slow; the next check comes at most 100 ms later; the init takes 300 ms.
    await fixture.clock.advance(901);
    expect(runs(fixture)).toEqual(['first in f 1', 'slow in f 1', 'next in f 2']);
  });

  test('each concurrent invocation starts an environment at once if startMs is 0, as on AWS', async () => {
    const fixture = await quickFunction({ startMs: 0, concurrentStarts: 6 });
    void invokeMany(fixture, 4, 400);
    await fixture.clock.advance(1);
    expect(started(fixture)).toHaveLength(4);
  });
});

describe('while no CPU core is idle', () => {
  const busy = { hasSpareCore: () => false };

  test('an invocation waits for an environment that soon becomes free', async () => {
    const fixture = poolFixture({ functions: { f: {} }, ...busy });
    void fixture.invoke('f', 'first', 0);
    await fixture.clock.advance(1000);
    for (let i = 0; i < 20; i += 1) {
      void invokeMany(fixture, 5, 20);
      await fixture.clock.advance(200);
    }
    expect(runs(fixture)).toHaveLength(101);
    expect(started(fixture)).toEqual(['f 1']);
  });

  test('another environment starts if no environment becomes free', async () => {
    const fixture = poolFixture({ functions: { f: {} }, ...busy });
    void invokeMany(fixture, 3, SLOW);
    await fixture.clock.advance(5000);
    expect(runs(fixture)).toHaveLength(3);
  });

  test('an expected wait of two seconds starts an environment for an invocation from inside, but not from outside', async () => {
    for (const [origin, starts] of [
      ['inside', 2],
      ['outside', 1],
    ] as const) {
      const fixture = poolFixture({ functions: { f: {} }, ...busy });
      void fixture.invoke('f', 'first', 0);
      await fixture.clock.advance(1000);
      void fixture.invoke('f', 'second', SLOW);
      // One environment became free in the last two seconds, so the third invocation would wait two seconds at that rate.
      void fixture.invoke('f', 'third', SLOW, { origin });
      await fixture.clock.advance(500);
      expect(started(fixture)).toHaveLength(starts);
    }
  });

  test('a delayed start begins when a CPU core is idle again, without any other event', async () => {
    let spare = false;
    const fixture = poolFixture({ functions: { f: {} }, hasSpareCore: () => spare });
    void fixture.invoke('f', 'first', 1500);
    await fixture.clock.advance(1900);
    void fixture.invoke('f', 'second', SLOW);
    void fixture.invoke('f', 'third', SLOW);
    await fixture.clock.advance(90);
    expect(started(fixture)).toHaveLength(1);
    spare = true;
    await fixture.clock.advance(120);
    expect(started(fixture)).toHaveLength(2);
  });
});

test('reserved concurrency counts waiting invocations, but not answered invocations', async () => {
  const fixture = poolFixture({ functions: { f: { reservedConcurrency: 1 } } });
  const first = fixture.invoke('f', 'first', 10);
  expect(await fixture.invoke('f', 'second', 10)).toMatchObject({ kind: 'throttled' });
  const third = first.then(() => fixture.invoke('f', 'third', 10));
  await fixture.clock.advance(1000);
  expect(await third).toMatchObject({ kind: 'ok' });
});

test('an invocation whose caller has given up does not run, and releases its concurrency', async () => {
  const fixture = poolFixture({ functions: { f: { reservedConcurrency: 1 } } });
  const asker = new AbortController();
  const given = fixture.invoke('f', 'given up', 10, { signal: asker.signal });
  asker.abort();
  expect(await given).toMatchObject({ kind: 'error', errorType: 'ServiceException' });
  const next = fixture.invoke('f', 'next', 10);
  await fixture.clock.advance(1000);
  expect(await next).toMatchObject({ kind: 'ok' });
  expect(runs(fixture)).toEqual(['next in f 1']);
});

test('each invocation that waits for an init fails if the init fails', async () => {
  const fixture = poolFixture({ functions: { f: {} }, init: () => 'fails' });
  const results = invokeMany(fixture, 3, 10);
  await fixture.clock.advance(1000);
  expect(await results).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ errorType: 'Runtime.ExitError' }) as unknown));
});

test('a cold start begins after the delay of the latency profile, unless an environment becomes free before', async () => {
  const fixture = poolFixture({ functions: { f: {} }, beforeColdStart: (clock) => clock.sleep(500) });
  void fixture.invoke('f', 'first', 100);
  await fixture.clock.advance(499);
  expect(started(fixture)).toEqual([]);
  await fixture.clock.advance(400);
  void fixture.invoke('f', 'second', 100);
  await fixture.clock.advance(2000);
  expect(runs(fixture)).toEqual(['first in f 1', 'second in f 1']);
  expect(started(fixture)).toEqual(['f 1']);
});

test('warmed environments start after environments for waiting invocations, and stay idle until they are needed', async () => {
  const fixture = poolFixture({ functions: { f: {}, g: {} }, concurrentStarts: 1 });
  const warm = fixture.pool('f').warm(2);
  void fixture.invoke('g', 'visitor', 10);
  await fixture.clock.advance(5000);
  await warm;
  expect(started(fixture)).toEqual(['f 1', 'g 1', 'f 2']);
  await fixture.pool('f').warm(2);
  void fixture.invoke('f', 'visitor', 10);
  await fixture.clock.advance(1);
  expect(runs(fixture)).toContain('visitor in f 2');
});

test('a waiting invocation does not increase the number of warmed environments', async () => {
  const fixture = poolFixture({ functions: { f: {} }, concurrentStarts: 4 });
  void fixture.invoke('f', 'visitor', SLOW);
  const warm = fixture.pool('f').warm(2);
  await fixture.clock.advance(5000);
  await warm;
  expect(started(fixture).length).toBeLessThanOrEqual(3);
});

test('close() of a pool fails the waiting invocation and later invocations', async () => {
  const fixture = poolFixture({ functions: { f: {} } });
  const waiting = fixture.invoke('f', 'waits', 10);
  const warm = fixture.pool('f').warm(5);
  await fixture.pool('f').close();
  expect(await waiting).toMatchObject({ kind: 'error', errorMessage: expect.stringContaining('closing') as unknown });
  await warm;
  expect(await fixture.invoke('f', 'late', 10)).toMatchObject({ errorType: 'ServiceException' });
});

test('after its function has changed, an environment ends its invocation and gets no other one', async () => {
  const fixture = poolFixture({ functions: { f: {} } });
  const running = fixture.invoke('f', 'running', 5000);
  await fixture.clock.advance(1000);
  fixture.pool('f').retire();
  const later = [fixture.invoke('f', 'second', 10), fixture.invoke('f', 'third', 10)];
  await fixture.clock.advance(10_000);
  expect(await running).toMatchObject({ kind: 'ok', payload: 'f 1' });
  await Promise.all(later);
  expect(runs(fixture)[0]).toBe('running in f 1');
  expect(runs(fixture).slice(1)).not.toContainEqual(expect.stringContaining('in f 1'));
  // The environment has ended.
  expect(fixture.pool('f').sandboxes.map(({ id }) => id)).not.toContain('f 1');
});

test('after its function has changed, an environment that runs nothing ends at once, and so does one that is starting', async () => {
  const fixture = poolFixture({ functions: { f: {} }, init: () => 300 });
  void fixture.invoke('f', 'first', 10);
  await fixture.clock.advance(1000);
  void fixture.pool('f').warm(2);
  await fixture.clock.advance(100);
  expect(started(fixture)).toEqual(['f 1', 'f 2']);
  fixture.pool('f').retire();
  expect(fixture.pool('f').sandboxes).toEqual([]);
  void fixture.invoke('f', 'second', 10);
  await fixture.clock.advance(1000);
  expect(runs(fixture)).toEqual(['first in f 1', 'second in f 3']);
});

test('an invocation that waits while its function changes is run by an environment that starts later', async () => {
  const fixture = poolFixture({ functions: { f: {} }, init: () => 300 });
  const waiting = fixture.invoke('f', 'waiting', 10);
  await fixture.clock.advance(100);
  fixture.pool('f').retire();
  await fixture.clock.advance(1000);
  expect(await waiting).toMatchObject({ kind: 'ok' });
  expect(runs(fixture)).toEqual(['waiting in f 2']);
});
