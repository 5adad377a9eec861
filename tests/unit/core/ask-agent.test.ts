import { askAgent } from '../../../functions/core/ask-agent';
import { VirtualClock } from '../../support/virtual-clock';

const BEGIN = new VirtualClock().now();

/** Asks until the deadline. Returns when each question was asked, in ms after the begin. */
async function questions({ deadlineMs, askMs = 0, endsAfterMs }: { deadlineMs: number; askMs?: number; endsAfterMs?: number }) {
  const clock = new VirtualClock();
  const over = new AbortController();
  const asked: number[] = [];
  if (endsAfterMs !== undefined) void clock.sleep(endsAfterMs).then(() => over.abort());
  const asking = askAgent({
    ask: async (turn) => {
      expect(turn).toBe(asked.push(clock.now() - BEGIN));
      await clock.sleep(askMs);
    },
    firstMs: 1000,
    deadline: BEGIN + deadlineMs,
    clock,
    signal: over.signal,
  });
  await clock.advance(deadlineMs);
  await asking;
  return asked;
}

test('the agent is asked at growing intervals, and for the last time a second before the deadline', async () => {
  expect(await questions({ deadlineMs: 28_000 })).toEqual([1000, 3000, 7000, 15_000, 23_000, 27_000]);
});

test('a question that takes long never leads to two at the same time', async () => {
  expect(await questions({ deadlineMs: 10_000, askMs: 500 })).toEqual([1000, 3000, 7000, 9000]);
  expect(await questions({ deadlineMs: 18_000, askMs: 2500 })).toEqual([1000, 7000, 15_000]);
});

test('the agent is not asked when less than a second is left', async () => {
  expect(await questions({ deadlineMs: 1000 })).toEqual([]);
});

test('the agent is not asked any more when the wait is over', async () => {
  expect(await questions({ deadlineMs: 28_000, endsAfterMs: 6999 })).toEqual([1000, 3000]);
});
