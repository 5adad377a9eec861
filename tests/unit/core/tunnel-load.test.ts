import { countWhileSlow } from '../../../functions/core/tunnel-load';
import { VirtualClock } from '../../support/virtual-clock';

function counting(add: (change: number) => Promise<void> = async () => undefined) {
  const clock = new VirtualClock();
  const changes: number[] = [];
  const errors: unknown[] = [];
  const load = { add: async (_: string, change: number) => (await add(change), void changes.push(change)) };
  const ended = countWhileSlow('demo', { load, clock, onError: (error) => errors.push(error) });
  return { clock, changes, errors, ended };
}

test('a request that is answered within a second is not counted as slow', async () => {
  const { clock, changes, ended } = counting();
  await clock.advance(999);
  await ended();
  await clock.advance(5000);
  expect(changes).toEqual([]);
});

test('a slow request is counted until it ends', async () => {
  const { clock, changes, ended } = counting();
  await clock.advance(1000);
  expect(changes).toEqual([1]);
  await ended();
  expect(changes).toEqual([1, -1]);
});

test('a count that hangs delays the visitor by at most 100 ms', async () => {
  const { clock, ended } = counting(() => new Promise(() => undefined));
  await clock.advance(1000);
  let over = false;
  void ended().then(() => (over = true));
  await clock.advance(99);
  expect(over).toBe(false);
  await clock.advance(1);
  expect(over).toBe(true);
});

test('a failed count is reported, and nothing is subtracted when the request ends', async () => {
  const { clock, changes, errors, ended } = counting(async () => Promise.reject(new Error('throttled')));
  await clock.advance(2000);
  await ended();
  expect(changes).toEqual([]);
  expect(errors).toEqual([new Error('throttled')]);
});
