/**
 * Superset: the messages of an answer that is sent as a stream, in parts. Only for requests with `stream` and a ticket, by agents that announced
 * `streams`. An answer that is complete at once is sent whole (`http_response`) also where a stream is allowed.
 *
 * Parts are numbered from 0: `response_head`, then `response_chunk` again and again, then `response_end` or `response_failed`. Parts may
 * overtake one another on their way, be lost, or come twice. So the number of the last part says how many came before it, and the agent keeps
 * each part until the cloud has taken it.
 */
import * as v from 'valibot';
import { base64, headers, sha256, statusCode, ticket } from './fields';

/**
 * Most parts that an agent may have sent and the cloud has not taken: with the window, this bounds the memory of both ends, however small the
 * parts are.
 */
export const MAX_PARTS_AHEAD = 1024;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));

/** What the cloud wants of an answer that is sent as a stream. */
export const streamTerms = v.object({
  /** How many bytes of the body the agent may send before the cloud says more (`parts_taken`). */
  window: positive,
  /** Most bytes of the body in one part. */
  chunk: positive,
  /** How long the agent gathers bytes for one part, in ms. The first bytes leave at once. */
  gather_ms: count,
  /** The agent gives up after it has heard nothing of the request for this time, in ms: nobody waits any more. */
  silence_ms: positive,
});
export type StreamTerms = v.InferOutput<typeof streamTerms>;

const aboutStream = { request_id: v.string(), ticket };
const numbered = { ...aboutStream, number: count };

/** The first part, number 0: status and header fields, and the first bytes of the body if there are any yet. */
const responseHead = v.object({
  type: v.literal('response_head'),
  ...aboutStream,
  status_code: statusCode,
  headers,
  body: v.optional(base64, ''),
});

const responseChunk = v.object({ type: v.literal('response_chunk'), ...numbered, body: base64 });

/** The last part of a whole answer. `sha256` is of the whole body. */
const responseEnd = v.object({ type: v.literal('response_end'), ...numbered, sha256 });

/** The last part of an answer that broke off. The agent tells the reason to its user only. */
const responseFailed = v.object({ type: v.literal('response_failed'), ...numbered });

/** The agent still works on the answer, and has made the parts below `number`. Only sent when the cloud asks (`parts_taken`). */
const streamAlive = v.object({ type: v.literal('stream_alive'), ...numbered });

/** What an agent sends about a stream. */
export const streamMessages = [responseHead, responseChunk, responseEnd, responseFailed, streamAlive] as const;

/**
 * The cloud has taken the parts below `number`, and allows the agent to send up to `until` bytes of the body in all. A message that was
 * overtaken by a newer one has smaller numbers, and changes nothing.
 */
const partsTaken = v.object({
  type: v.literal('parts_taken'),
  request_id: v.string(),
  number: count,
  until: count,
  /** Parts to be sent again. */
  missing: v.optional(v.array(count)),
  /**
   * The cloud asks for a sign of life. The agent sends `stream_alive`; if it has sent the whole answer (`http_response`), it sends that answer
   * again, marked; if it does not know the request, it sends `response_failed`.
   */
  asks: v.optional(v.boolean()),
  /** The ticket that further parts have to carry. With another ticket than before, all parts from `number` on have to be sent again. */
  ticket,
});

/** Nobody waits for the answer any more: the agent ends its request to the local service. */
const requestCancelled = v.object({ type: v.literal('request_cancelled'), request_id: v.string() });

/** What the cloud sends about a stream. */
export const streamControls = [partsTaken, requestCancelled] as const;

export type ResponseHeadMessage = v.InferOutput<typeof responseHead>;
export type PartsTakenMessage = v.InferOutput<typeof partsTaken>;
/** A message of an agent about a stream. */
export type StreamMessage = v.InferOutput<(typeof streamMessages)[number]>;
