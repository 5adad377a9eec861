import { Mailbox } from '../../../functions/core/mailbox';
import type { PendingRequest } from '../../../functions/core/pending-request';
import type { Mode } from '../../../functions/core/answer-path';
import { readDelays, waitForResponse } from '../../../functions/core/wait-for-response';
import type { Wake } from '../../../functions/core/wake';
import { InMemoryPending } from '../../support/in-memory-pending';
import { VirtualClock } from '../../support/virtual-clock';

const READS = { pollingDelaysMs: [50, 100, 200, 400, 500], safetyReadMs: 1000 };
const OUTCOME = { kind: 'response', statusCode: 200, headers: {}, body: Buffer.from('hi') } as const;

function startWaiting(mode: Mode, pending = new InMemoryPending()) {
  const clock = new VirtualClock();
  const request: PendingRequest = { requestId: 'r', tunnelId: 't', owner: 'o', mode, deadline: clock.now() + 28_000 };
  pending.rows.set('r', { request });
  const inbox = new Mailbox<Wake>();
  const errors: unknown[] = [];
  const lastLookErrors: unknown[] = [];
  const waiting = waitForResponse({
    requestId: 'r',
    inbox,
    delays: readDelays(mode, READS),
    deadline: request.deadline,
    pending,
    clock,
    hopeless: new Promise(() => undefined),
    onStoreError: (error) => errors.push(error),
    onLastLookError: (error) => lastLookErrors.push(error),
  });
  const complete = () => pending.complete({ requestId: 'r', tunnelId: 't', owner: 'o', outcome: OUTCOME, completedAt: clock.now() });
  return { clock, pending, inbox, errors, lastLookErrors, waiting, complete, wake: { version: 1, requestId: 'r', source: 'bus' } as Wake };
}

test('polling reads after the configured delays, and repeats the last delay', () => {
  const delays = readDelays('polling', READS);
  expect(Array.from({ length: 7 }, () => delays.next().value)).toEqual([50, 100, 200, 400, 500, 500, 500]);
});

test('a woken waiter reads the row once and removes it', async () => {
  const { clock, pending, inbox, waiting, complete, wake } = startWaiting('bus');
  await clock.advance(300);
  await complete();
  inbox.deliver(wake);
  await expect(waiting).resolves.toMatchObject({ outcome: OUTCOME, learnedBy: 'bus' });
  expect(pending.reads).toBe(1);
  expect(pending.rows.size).toBe(0);
});

test('a waiter whose wake contains the answer removes the row without reading it', async () => {
  const { clock, pending, inbox, waiting, complete } = startWaiting('direct');
  await clock.advance(300);
  await complete();
  const completion = pending.rows.get('r')?.completion;
  inbox.deliver({ version: 1, requestId: 'r', source: 'direct', ...(completion && { completion }) });
  await expect(waiting).resolves.toMatchObject({ outcome: OUTCOME, learnedBy: 'direct' });
  expect(pending.reads).toBe(0);
  expect(pending.rows.size).toBe(0);
});

test('a lost wake delays the answer by at most the interval of the safety read', async () => {
  const { clock, waiting, complete } = startWaiting('bus');
  await clock.advance(300);
  await complete();
  const completedAt = clock.now();
  let heardAt = 0;
  void waiting.then(() => (heardAt = clock.now()));
  await clock.advance(2000);
  await expect(waiting).resolves.toMatchObject({ learnedBy: 'read' });
  expect(heardAt - completedAt).toBeLessThanOrEqual(1000);
});

test('a wake before the row is completed does not end the wait', async () => {
  const { clock, inbox, waiting, complete, wake } = startWaiting('bus');
  inbox.deliver(wake);
  await clock.advance(500);
  await complete();
  inbox.deliver(wake);
  await expect(waiting).resolves.toMatchObject({ learnedBy: 'bus' });
});

test('a wake for another request causes no read', async () => {
  const { clock, pending, inbox, waiting, wake } = startWaiting('bus');
  inbox.deliver({ ...wake, requestId: 'another' });
  await clock.advance(500);
  expect(pending.reads).toBe(0);
  await clock.advance(28_000);
  await expect(waiting).resolves.toBeUndefined();
});

test('an answer between the last read and the deadline is still found', async () => {
  const { clock, waiting, complete } = startWaiting('bus');
  await clock.advance(27_999);
  await complete();
  await clock.advance(1);
  await expect(waiting).resolves.toMatchObject({ learnedBy: expect.stringMatching(/read|last-look/) as unknown });
});

test('a wait without an answer ends at the deadline and removes the row', async () => {
  const { clock, pending, waiting } = startWaiting('polling');
  let endedAt = 0;
  const startedAt = clock.now();
  void waiting.then(() => (endedAt = clock.now()));
  await clock.advance(40_000);
  await expect(waiting).resolves.toBeUndefined();
  expect(endedAt - startedAt).toBe(28_000);
  expect(pending.rows.size).toBe(0);
});

test('a failed read is reported and does not end the wait', async () => {
  let failing = true;
  const pending = new InMemoryPending((operation) =>
    failing && operation === 'read' ? Promise.reject(new Error('throttled')) : Promise.resolve(),
  );
  const { clock, errors, waiting, complete } = startWaiting('bus', pending);
  await complete();
  await clock.advance(2500);
  failing = false;
  await clock.advance(1000);
  await expect(waiting).resolves.toMatchObject({ learnedBy: 'read' });
  expect(errors).toHaveLength(2);
});

describe('while a read hangs', () => {
  const hangingReads = (): InMemoryPending =>
    new InMemoryPending((operation) => (operation === 'read' ? new Promise(() => undefined) : Promise.resolve()));

  test('a wake that contains the answer ends the wait at once', async () => {
    const { clock, pending, inbox, errors, waiting, complete } = startWaiting('direct', hangingReads());
    await clock.advance(1200);
    expect(pending.reads).toBe(1);
    await complete();
    const completion = pending.rows.get('r')?.completion;
    inbox.deliver({ version: 1, requestId: 'r', source: 'direct', ...(completion && { completion }) });
    await expect(waiting).resolves.toMatchObject({ outcome: OUTCOME, learnedBy: 'direct' });
    expect(clock.now()).toBe(new VirtualClock().now() + 1200);
    expect(errors).toEqual([]);
  });

  test('the end of the wait aborts the read, and the aborted read is not reported', async () => {
    let aborted = 0;
    class AbortedReads extends InMemoryPending {
      override read = (_: string, signal?: AbortSignal): Promise<undefined> =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error(`aborted ${++aborted}`))));
    }
    const { clock, pending, inbox, errors, waiting, complete } = startWaiting('direct', new AbortedReads());
    await clock.advance(1200);
    await complete();
    const completion = pending.rows.get('r')?.completion;
    inbox.deliver({ version: 1, requestId: 'r', source: 'direct', ...(completion && { completion }) });
    await waiting;
    await clock.advance(0);
    expect(aborted).toBe(1);
    expect(errors).toEqual([]);
  });

  test('a wake without the answer causes a new read', async () => {
    let hang = true;
    const { clock, inbox, waiting, complete, wake } = startWaiting(
      'bus',
      new InMemoryPending((operation) => (operation === 'read' && hang ? new Promise(() => undefined) : Promise.resolve())),
    );
    await clock.advance(1200);
    await complete();
    hang = false;
    inbox.deliver(wake);
    await expect(waiting).resolves.toMatchObject({ outcome: OUTCOME, learnedBy: 'bus' });
  });

  test('the wait ends at the deadline', async () => {
    const { clock, waiting } = startWaiting('bus', hangingReads());
    await clock.advance(28_000);
    await expect(waiting).resolves.toBeUndefined();
  });
});

test('a last look that hangs is reported, and ends the wait half a second after the deadline', async () => {
  const pending = new InMemoryPending((operation) => (operation === 'take' ? new Promise(() => undefined) : Promise.resolve()));
  const { clock, errors, lastLookErrors, waiting } = startWaiting('bus', pending);
  await clock.advance(28_500);
  await expect(waiting).resolves.toBeUndefined();
  expect(lastLookErrors).toEqual([new Error('the last look took longer than 500 ms')]);
  expect(errors).toEqual([]);
});

test('a last look that fails is reported, and its error ends the wait', async () => {
  const failure = new Error('throttled');
  const pending = new InMemoryPending((operation) => (operation === 'take' ? Promise.reject(failure) : Promise.resolve()));
  const { clock, lastLookErrors, waiting } = startWaiting('bus', pending);
  const ended = expect(waiting).rejects.toBe(failure);
  await clock.advance(28_000);
  await ended;
  expect(lastLookErrors).toEqual([failure]);
});

test('a last look that finds no answer is no error', async () => {
  const { clock, lastLookErrors, waiting } = startWaiting('bus');
  await clock.advance(29_000);
  await waiting;
  expect(lastLookErrors).toEqual([]);
});

test('a wake that ends the wait cancels all timers of the waiter', async () => {
  const { clock, inbox, waiting, complete, wake } = startWaiting('bus');
  const sleep = jest.spyOn(clock, 'sleep');
  await clock.advance(1200);
  await complete();
  inbox.deliver(wake);
  await waiting;
  expect(sleep.mock.calls.map(([, signal]) => signal?.aborted)).not.toContain(false);
  expect(sleep).toHaveBeenCalled();
});

test('a failed removal of the row is reported, and the visitor still gets the answer', async () => {
  const pending = new InMemoryPending((operation) => (operation === 'remove' ? Promise.reject(new Error('throttled')) : Promise.resolve()));
  const { inbox, errors, waiting, complete, wake } = startWaiting('bus', pending);
  await complete();
  inbox.deliver(wake);
  await expect(waiting).resolves.toMatchObject({ outcome: OUTCOME });
  expect(errors).toHaveLength(1);
});
