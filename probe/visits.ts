import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { LARGE_MB, type Direct, type Observed } from './figures/samples';
import type { World } from './world';

export interface VisitPlan {
  readonly visits: number;
  /** From the beginning of one visit to that of the next. */
  readonly intervalMs: number;
  readonly progress: (text: string) => void;
}

/** Traces from this time on are read: the time before the agent connected, in ms since the epoch. */
interface Since {
  readonly since: number;
}

const MB = 1024 * 1024;
/** Large enough for the bucket, small enough for the transfer not to count. */
const SMALL_STORED_BYTES = 24 * 1024;
/** Of ten visits two have an answer, and two have a request, that goes through the bucket. */
const WITH_STORED_ANSWER = [3, 6];
const WITH_LARGE_REQUEST = [4, 9];

/** Visitors who come at once, each to an execution environment of its own. A new account may run ten at a time. */
const AT_ONCE = 4;
const AT_ONCE_MS = 1000;

/**
 * Sends visits one at a time, so that Lambda's sampling, of one request a second, takes most of them; between two visits, one to a tunnel
 * that does not exist. At the end some come at once, for more cold starts.
 */
export async function measuredVisits(world: World, { visits, intervalMs, since, progress }: VisitPlan & Since): Promise<Observed> {
  const large = new Set<string>();
  const direct: Direct[] = [];
  const roundTripMs = await world.visitor.roundTripMs();
  // The first opens the visitor's connection, and may meet cold starts.
  await world.visit();
  for (let i = 0; i < visits; i++) {
    const next = pause(intervalMs);
    const kind = i % 10;
    const isLarge = WITH_LARGE_REQUEST.includes(kind);
    const { reply } = await world.visit({
      ...(isLarge && { method: 'POST', body: Buffer.alloc(LARGE_MB * MB) }),
      ...(WITH_STORED_ANSWER.includes(kind) && { answer: { bytes: SMALL_STORED_BYTES } }),
    });
    if (isLarge && reply.requestId !== undefined) large.add(reply.requestId);
    await pause(Math.max(0, intervalMs / 2 - reply.ms));
    const { requestId, ms, status } = await world.visitor.ask({ path: `/nobody-${randomBytes(4).toString('hex')}/` });
    if (requestId !== undefined && status === 404) direct.push({ requestId, ms });
    await next;
    if ((i + 1) % 10 === 0) progress(`${i + 1} of ${visits} visits`);
  }
  await Promise.all(Array.from({ length: AT_ONCE }, () => world.visit({ answer: { afterMs: AT_ONCE_MS } })));
  progress('reading the traces');
  const { environment, settings } = world.place;
  return { environment, wakeHello: settings.wakeHello, segments: await world.segmentsSince(since), large, direct, roundTripMs };
}
