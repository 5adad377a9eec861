import { setTimeout as sleep } from 'node:timers/promises';
import { pathFor } from '../../bench/bench-service';
import { TUNNEL_ERRORS, type TunnelErrorCode } from '../../functions/core/tunnel-error';
import type { Visit, VisitEnd } from '../judge/history';
import type { Arrival } from './arrivals';
import { namedIn, textFor } from './bodies';
import { BodyCheck, streamBody } from './stream-body';
import { streamQuery, type StreamPlan } from './stream-plan';
import { readStream, type StreamReply } from './stream-reader';

/** A visitor of the streaming door. */
export interface StreamArrival extends Arrival {
  readonly stream: StreamPlan;
}

export const isStreamArrival = (arrival: Arrival): arrival is StreamArrival => arrival.stream !== undefined;

/** @param patienceMs the visitor gives up so long after its request */
export async function visitStream(streamUrl: string, arrival: StreamArrival, tunnelId: string, patienceMs: number): Promise<Visit> {
  const { index, nonce, tunnel, stream, uploadBytes, serviceMs, manner, leavesAfterMs } = arrival;
  const right = streamBody(nonce, stream.shape, stream.bytes);
  const check = new BodyCheck(right, stream.shape);
  const away = new AbortController();
  const over = new AbortController();
  void sleep(leavesAfterMs ?? patienceMs, undefined, { signal: over.signal }).then(
    () => away.abort(),
    () => undefined,
  );
  const url = `${streamUrl}${tunnelId}${pathFor(nonce, serviceMs)}&up=${uploadBytes}&manner=${manner}${streamQuery(stream)}`;
  const body = uploadBytes === 0 ? undefined : Buffer.from(textFor(nonce, uploadBytes));
  const reading = {
    ...(stream.pauseAt !== undefined && { pause: { afterBytes: stream.pauseAt * right.length, ms: stream.pauseMs } }),
    ...(stream.leavesAt !== undefined && { leavesAfterBytes: stream.leavesAt * right.length }),
  };
  const sentAt = Date.now();
  const reply = await readStream({ url, body, signal: away.signal }, reading, check);
  const endedAt = Date.now();
  over.abort();
  const gone = leavesAfterMs === undefined ? ({ kind: 'silence' } as const) : ({ kind: 'left' } as const);
  const end = streamEndOf(arrival, away.signal.aborted && reply.failure !== undefined ? { ...reply, gone } : reply, check);
  const requestId = reply.headers['x-tunnel-request-id'];
  const streamed = { bytes: right.length, got: check.got, breaks: stream.breaksAt !== undefined, pausedMs: stream.pauseMs };
  return { nonce, index, tunnel: tunnel.name, sentAt, endedAt, end, streamed, ...(typeof requestId === 'string' && { requestId }) };
}

/** How a visit at the streaming door ended. Wrong bytes count whatever came afterwards. */
export function streamEndOf(
  { manner }: Pick<Arrival, 'manner'>,
  { status, headers, text, failure, hasLeft, gone }: StreamReply & { readonly gone?: VisitEnd },
  check: Pick<BodyCheck, 'found' | 'isWhole' | 'got'>,
): VisitEnd {
  if (status === 0) return gone ?? { kind: 'cut', code: failure ?? 'nothing' };
  const code = headers['x-tunnel-error'];
  if (typeof code === 'string') {
    const known = TUNNEL_ERRORS[code as TunnelErrorCode] as { readonly status: number } | undefined;
    return known?.status === status ? { kind: 'tunnel-error', code } : { kind: 'unknown-error', status, found: `x-tunnel-error ${code}` };
  }
  if (isOfTheUrl(status, headers, text)) return { kind: 'gateway-error', status };
  if (status !== (manner === 'error' ? 500 : 200)) return { kind: 'wrong-answer', found: `status ${status} ${namedIn(text)}` };
  if (check.found !== undefined) return { kind: 'wrong-answer', found: namedIn(check.found) };
  if (hasLeft) return { kind: 'left' };
  if (gone) return gone;
  if (failure !== undefined) return { kind: 'cut', code: failure };
  return check.isWhole ? { kind: 'own-answer' } : { kind: 'short-answer', bytes: check.got };
}

/** Whether a function URL answered itself: the function has failed before its head, or was throttled. */
const isOfTheUrl = (status: number, headers: StreamReply['headers'], text: string): boolean =>
  (status === 502 && text === 'Internal Server Error') || (status === 429 && headers['x-amzn-errortype'] === 'TooManyRequestsException');
