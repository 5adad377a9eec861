import fc from 'fast-check';
import { poolFixture, type PoolEvent } from '../support/pool-fixture';

const NAMES = ['door', 'answer', 'stream'] as const;
const arrivals = fc.array(
  fc.record({
    name: fc.constantFrom(...NAMES),
    origin: fc.constantFrom('inside' as const, 'outside' as const),
    ms: fc.nat(3000),
    /** The time since the previous invocation, in ms. */
    afterMs: fc.oneof(fc.constant(0), fc.nat(500)),
  }),
  { minLength: 1, maxLength: 60 },
);
const machine = fc.record({
  concurrentStarts: fc.integer({ min: 1, max: 4 }),
  startMs: fc.constantFrom(0, 500),
  initMs: fc.integer({ min: 1, max: 2000 }),
  spare: fc.infiniteStream(fc.boolean()),
});

test('each invocation runs once, starts stay within the limit, and none waits while an environment of its function is free', async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, machine, async (invocations, { concurrentStarts, startMs, initMs, spare }) => {
      const fixture = poolFixture({
        functions: Object.fromEntries(NAMES.map((name) => [name, {}])),
        concurrentStarts,
        startMs,
        hasSpareCore: () => spare.next().value as boolean,
        init: () => initMs,
      });
      const results: Promise<unknown>[] = [];
      const asked = new Map<string, number>();
      const restedWhileWaited: PoolEvent[] = [];
      const seen = new Set<string>();
      let looked = 0;
      const look = (): void => {
        for (; looked < fixture.events.length; looked += 1) {
          const event = fixture.events[looked] as PoolEvent;
          if (event.kind === 'run') seen.add(event.invocation);
        }
        for (const name of NAMES) {
          const waits = [...asked].some(([id]) => id.startsWith(`${name} `) && !seen.has(id));
          const last = fixture.events.at(-1);
          if (waits && last?.kind === 'rests' && last.functionName === name) restedWhileWaited.push(last);
        }
      };
      for (const [i, { name, origin, ms, afterMs }] of invocations.entries()) {
        await fixture.clock.advance(afterMs);
        look();
        const id = `${name} ${i}`;
        asked.set(id, i);
        results.push(fixture.invoke(name, id, ms, { origin }));
      }
      // Long enough to start an environment for each invocation and to run them one after the other.
      await fixture.clock.advance(invocations.length * (initMs + 3000 + 200) + 20_000);
      look();
      expect(await Promise.all(results)).toEqual(invocations.map(() => expect.objectContaining({ kind: 'ok' }) as unknown));
      const runs = fixture.events.flatMap((event) => (event.kind === 'run' ? [event.invocation] : []));
      expect([...runs].sort()).toEqual([...asked.keys()].sort());
      expect(fixture.peakStarts()).toBeLessThanOrEqual(concurrentStarts);
      expect(fixture.events.filter(({ kind }) => kind === 'start').length).toBeLessThanOrEqual(invocations.length);
      expect(restedWhileWaited).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 300_000);
