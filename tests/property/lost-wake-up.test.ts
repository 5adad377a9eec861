import fc from 'fast-check';
import type { Clock } from '../../functions/core/clock';
import { Mailbox } from '../../functions/core/mailbox';
import type { PendingRequest } from '../../functions/core/pending-request';
import { readDelays, waitForResponse } from '../../functions/core/wait-for-response';
import type { Wake } from '../../functions/core/wake';
import { InMemoryPending } from '../support/in-memory-pending';

const REQUEST: PendingRequest = { requestId: 'mine', tunnelId: 'demo', owner: 'ann', mode: 'bus', deadline: 5000 };
const OUTCOME = { kind: 'response', statusCode: 200, headers: {}, body: Buffer.from('mine') } as const;

const wakeFor = (requestId: string): Wake => ({ version: 1, requestId, source: 'bus' });

/**
 * A clock whose timers fire whenever the scheduler says, or never. A timer after the deadline never fires: the store is quick, so that
 * the time limit of the last look is not reached.
 */
function scheduledClock(scheduler: fc.Scheduler, timersFire: boolean): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      const until = now + ms;
      if (!timersFire || now >= REQUEST.deadline) return new Promise(() => undefined);
      await scheduler.schedule(Promise.resolve(), `timer ${ms}`);
      if (!signal?.aborted) now = Math.max(now, until);
    },
  };
}

interface Race {
  readonly pending: InMemoryPending;
  readonly inbox: Mailbox<Wake>;
  readonly waiting: ReturnType<typeof waitForResponse>;
}

function startWaiting(scheduler: fc.Scheduler, timersFire: boolean): Race {
  const pending = new InMemoryPending((operation) => scheduler.schedule(Promise.resolve(), operation));
  pending.rows.set(REQUEST.requestId, { request: REQUEST });
  const inbox = new Mailbox<Wake>();
  const fail = (error: unknown): void => {
    throw error;
  };
  const waiting = waitForResponse({
    requestId: REQUEST.requestId,
    inbox,
    delays: readDelays('bus', { pollingDelaysMs: [50], safetyReadMs: 1000 }),
    deadline: REQUEST.deadline,
    pending,
    clock: scheduledClock(scheduler, timersFire),
    hopeless: new Promise(() => undefined),
    onStoreError: fail,
    onLastLookError: fail,
  });
  return { pending, inbox, waiting };
}

const complete = (pending: InMemoryPending) =>
  pending.complete({ requestId: 'mine', tunnelId: 'demo', owner: 'ann', outcome: OUTCOME, completedAt: 1 });

test('a wake after the completion of the row ends the waiting without a timer, in any order of events', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.constantFrom('mine', 'theirs'), { maxLength: 3 }), async (scheduler, earlyWakes) => {
      const { pending, inbox, waiting } = startWaiting(scheduler, false);
      const deliver = async (requestId: string) => {
        await scheduler.schedule(Promise.resolve(), `wake ${requestId}`);
        inbox.deliver(wakeFor(requestId));
      };
      const others = Promise.all(earlyWakes.map(deliver));
      const agent = complete(pending).then(() => deliver('mine'));

      const answer = await scheduler.waitFor(waiting);
      expect(answer).toMatchObject({ outcome: OUTCOME, learnedBy: 'bus' });
      expect(pending.rows.size).toBe(0);
      await scheduler.waitFor(Promise.all([others, agent]));
    }),
  );
});

test('a stored answer is always found and no answer is invented, with wakes that are lost, duplicated or late', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom('mine', 'theirs'), { maxLength: 3 }),
      fc.boolean(),
      async (scheduler, wakes, answers) => {
        const { pending, inbox, waiting } = startWaiting(scheduler, true);
        const agent = answers ? complete(pending) : Promise.resolve({ kind: 'late' as const });
        const bus = Promise.all(
          wakes.map(async (requestId) => {
            await scheduler.schedule(Promise.resolve(), `wake ${requestId}`);
            inbox.deliver(wakeFor(requestId));
          }),
        );
        const answer = await scheduler.waitFor(waiting);
        const result = await scheduler.waitFor(agent);
        await scheduler.waitFor(bus);

        expect(answer !== undefined).toBe(result.kind === 'completed');
        expect(pending.rows.size).toBe(0);
      },
    ),
  );
});
