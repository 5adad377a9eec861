import { setTimeout as pause } from 'node:timers/promises';
import { WAKE_SPANS } from '../../functions/span-names';
import { invocationsIn } from '../figures/invocations';
import type { World } from '../world';
import type { Behaviour, Sighting } from './behaviour';

/** Beyond the time for which a socket is trusted without a probe. */
const LONGER_MS = 2000;

/**
 * Sends a visit, waits until its execution environment has been frozen for longer than its wake socket is trusted, and sends another. A
 * request whose socket did not survive polls, or opens a new one.
 */
async function frozen(world: World): Promise<Sighting> {
  const from = Date.now();
  const before = await world.visit();
  await pause(world.place.settings.timings.wakeIdleMs + LONGER_MS);
  const after = await world.visit();
  const invocations = invocationsIn(await world.segmentsSince(from), world.place.environment);
  const find = (id: string | undefined) =>
    invocations.find(({ functionName, requestIds }) => functionName === 'forward-request' && requestIds.has(id ?? ''));
  const [first, second] = [find(before.reply.requestId), find(after.reply.requestId)];
  if (!first || !second) return { seen: 'X-Ray has no sample of these requests: run the probe again', holds: undefined };
  const spans = second.spans.map(({ name }) => name).filter((name) => name === WAKE_SPANS.connect || name === WAKE_SPANS.hello);
  const seen = `mode ${first.mode ?? 'unknown'}, then ${second.mode ?? 'unknown'}${spans.length > 0 ? ` with ${spans.join(', ')}` : ''}`;
  if (first.mode === 'polling') return { seen: `${seen}: the first request polled already`, holds: undefined };
  return { seen, holds: first.mode === second.mode && !spans.includes(WAKE_SPANS.connect) && spans.includes(WAKE_SPANS.hello) };
}

export const wakeSocket: readonly Behaviour[] = [
  {
    assumption:
      'a wake socket still works after a freeze that is longer than timings.wakeIdleMs: the next request gets an answer to its hello in time, and is woken',
    reliedOn: 'functions/aws/wake-channel.ts, timings.wakeHelloMs',
    check: frozen,
  },
];
