/**
 * The messages between cloud and agent: JSON text, one object per WebSocket message, distinguished by `type`.
 *
 * Everything that is not marked "superset" is the protocol of `ttf` 0.3 agents and must stay as it is. Superset fields are
 * optional, so that an old agent ignores them; superset message types go only to an agent that announced the capability in
 * `ready`.
 */
import * as v from 'valibot';
import { base64, headers, sha256, statusCode, ticket } from './fields';
import { readGatewayError, type GatewayError } from './gateway-error';
import { MAX_MESSAGE_BYTES } from './limits';
import { streamControls, streamMessages, streamTerms } from './stream-messages';
import { visitorAccess } from './visitor-access';

/** Superset: the size in bytes and the hash that a body in the body bucket must have. */
const bodyRef = v.object({ bytes: v.pipe(v.number(), v.integer(), v.minValue(1)), sha256 });

/**
 * Superset: what agents of this project can do beyond the old protocol. `any-method`: the agent forwards every method, not just
 * the usual seven. `drops-duplicates`: the agent ignores a request id that it has seen, so that a request that may have been lost
 * can be sent again. `bodies-by-reference`: the agent fetches and uploads bodies that do not fit a message. `notices`: the agent knows the
 * message `notice`. `tickets`: the agent returns the ticket of a request with its answer, and sends an answer again when the cloud asks for it
 * (`answer_wanted`). `streams`: the agent can send an answer in parts (stream-messages.ts).
 */
export const capabilities = ['any-method', 'drops-duplicates', 'bodies-by-reference', 'notices', 'tickets', 'streams'] as const;
export type Capability = (typeof capabilities)[number];

export const errorCodes = [
  'invalid_request',
  'timeout',
  'local_service_unavailable',
  'internal_error',
  // Superset: sent by agents of this project only.
  'response_too_large',
  'invalid_response',
  'busy',
  'expired',
] as const;
export type AgentErrorCode = (typeof errorCodes)[number];

/** Superset: what the cloud's clock shows when it makes the message, in ms since the epoch. An older cloud leaves it out. */
const cloudTime = v.optional(v.number());

export const isAgentErrorCode = (value: unknown): value is AgentErrorCode => errorCodes.some((code) => code === value);

/** Superset: the sender wants an `ack`. The message itself says so, so that the cloud need not look up which agents understand an `ack`. */
const wantsAck = v.optional(v.boolean());

/** Superset: the agent sends this answer again, because the cloud asked for it (`answer_wanted`). */
const again = v.optional(v.boolean());

const ready = v.object({
  type: v.literal('ready'),
  version: v.optional(v.string()),
  capabilities: v.optional(v.array(v.string())),
  /** Superset: stands for the agent that runs: the same on all of its connections, another one for every other agent. */
  agent: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** Superset: who may visit; without this field everybody may. */
  access: v.optional(visitorAccess),
});

const connectionEstablished = v.object({
  type: v.literal('connection_established'),
  connection_id: v.string(),
  tunnel_id: v.string(),
  public_url: v.string(),
  subdomain_url: v.optional(v.string()),
  path_based_url: v.optional(v.string()),
  /** Superset: where visitors reach the tunnel for answers that are sent as streams; absent where no such door is. */
  stream_url: v.optional(v.string()),
  /**
   * Superset: the `access` of `ready` is in force. A cloud that does not know `access` leaves this field out, and would let
   * everybody in.
   */
  access: v.optional(v.boolean()),
  time: cloudTime,
});

const httpRequest = v.object({
  type: v.literal('http_request'),
  request_id: v.string(),
  method: v.string(),
  /** Path plus query, as it goes on the request line. */
  uri: v.string(),
  headers,
  body: base64,
  /** Superset: the body is at `url`, for a GET before the deadline; `body` is then empty. */
  body_ref: v.optional(v.object({ ...bodyRef.entries, url: v.pipe(v.string(), v.url('is not a URL')) })),
  /** When the visitor's request arrived, in ms since the epoch. */
  timestamp: v.number(),
  /** Superset: when the visitor is told that no answer came, in ms since the epoch. */
  deadline: v.optional(v.number()),
  ticket: v.optional(ticket),
  /** Superset: the answer may be sent as a stream. */
  stream: v.optional(streamTerms),
});

const httpResponse = v.object({
  type: v.literal('http_response'),
  request_id: v.string(),
  status_code: statusCode,
  headers,
  body: v.optional(base64, ''),
  /** Superset: the body has been uploaded (`upload_request`); `body` is then empty. */
  body_ref: v.optional(bodyRef),
  processing_time_ms: v.optional(v.number()),
  ack: wantsAck,
  ticket: v.optional(ticket),
  again,
});

const failure = v.object({
  type: v.literal('error'),
  request_id: v.nullish(v.string()),
  code: v.picklist(errorCodes),
  message: v.string(),
  ack: wantsAck,
  ticket: v.optional(ticket),
  again,
});

/**
 * Superset: the agent asks where to upload the body of an answer that does not fit a message. The cloud replies with
 * `upload_url`, with an `error` about the request when the body cannot be uploaded, or with an `ack` when nobody waits any more.
 */
const uploadRequest = v.object({
  type: v.literal('upload_request'),
  request_id: v.string(),
  ...bodyRef.entries,
  ticket: v.optional(ticket),
});

/** Superset: the URL takes exactly the body that was asked for, by PUT with these header fields, before the deadline. */
const uploadUrl = v.object({
  type: v.literal('upload_url'),
  request_id: v.string(),
  url: v.pipe(v.string(), v.url('is not a URL')),
  headers: v.record(v.string(), v.string()),
});

/**
 * Superset: the cloud has the answer (or nobody waits for it any more); the agent stops resending it. An answer with a ticket is acknowledged
 * only when it may have crossed `answer_wanted`.
 */
const ack = v.object({ type: v.literal('ack'), request_id: v.string() });

/**
 * Superset: the visitor of this request still waits. An agent that has answered sends its answer again, marked with `again`; an agent that is
 * still busy with the request ignores the message. questions.ts has the times.
 */
const answerWanted = v.object({ type: v.literal('answer_wanted'), request_id: v.string() });

/** Superset: the agent takes no further requests on this connection (it answers those it has). */
const draining = v.object({ type: v.literal('draining') });

/** Superset: names a `ping`, so that its `pong` can be told from the `pong` of an earlier one. In characters. */
const pingId = v.optional(v.pipe(v.string(), v.maxLength(64)));

const ping = v.object({ type: v.literal('ping'), id: pingId });
/** `id` is that of the `ping`, if it had one; only the cloud tells its time. */
const pong = v.object({ type: v.literal('pong'), id: pingId, time: cloudTime });

/**
 * Superset: something that the agent or its user has to know, and that is about no request. An agent shows the message of a code that it does
 * not know. `taken_over`: another agent of the same owner serves the tunnel from now on.
 */
const notice = v.object({ type: v.literal('notice'), code: v.string(), message: v.string() });

const agentMessage = v.variant('type', [ready, uploadRequest, httpResponse, failure, draining, ping, pong, ...streamMessages]);
const cloudMessage = v.variant('type', [
  connectionEstablished,
  httpRequest,
  answerWanted,
  uploadUrl,
  failure,
  ack,
  notice,
  ping,
  pong,
  ...streamControls,
]);

export type ReadyMessage = v.InferOutput<typeof ready>;
export type ConnectionEstablishedMessage = v.InferOutput<typeof connectionEstablished>;
export type HttpRequestMessage = v.InferOutput<typeof httpRequest>;
export type UploadRequestMessage = v.InferOutput<typeof uploadRequest>;
export type NoticeMessage = v.InferOutput<typeof notice>;
export type UploadUrlMessage = v.InferOutput<typeof uploadUrl>;
/** Length in bytes and SHA-256 (base64) of a body that lies in the body bucket. */
export type BodyRef = v.InferOutput<typeof bodyRef>;
export const isBodyRef = (value: unknown): value is BodyRef => v.is(bodyRef, value);
export type HttpResponseMessage = v.InferOutput<typeof httpResponse>;
export type ErrorMessage = v.InferOutput<typeof failure>;
/** What an agent sends. */
export type AgentMessage = v.InferOutput<typeof agentMessage>;
/** What the cloud sends. */
export type CloudMessage = v.InferOutput<typeof cloudMessage>;

/** A message that does not follow the protocol; `message` names the field and what is wrong with it. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  constructor(
    message: string,
    /** The request that the message is about, if its id could be read. */
    readonly requestId?: string,
    /** The ticket of this request, if it could be read. */
    readonly ticket?: string,
  ) {
    super(message);
  }
}

/** Reads a message sent by an agent. @throws ProtocolError */
export const decodeAgentMessage = (text: string): AgentMessage => check(agentMessage, parse(text));

/** Reads what comes from the cloud: a message of its functions, or an error of API Gateway in front of them. @throws ProtocolError */
export function decodeCloudMessage(text: string): CloudMessage | GatewayError {
  const value = parse(text);
  return readGatewayError(value) ?? check(cloudMessage, value);
}

/** Writes a message as the text of one WebSocket message. */
export const encodeMessage = (message: AgentMessage | CloudMessage): string => JSON.stringify(message);

/** Whether the encoded message fits one WebSocket message of API Gateway. */
export const fitsOneMessage = (text: string): boolean => Buffer.byteLength(text) <= MAX_MESSAGE_BYTES;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError('message is not JSON');
  }
}

function check<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new ProtocolError(`${v.getDotPath(issue) ?? 'message'}: ${problemOf(issue)}`, textIn(value, 'request_id'), textIn(value, 'ticket'));
}

/** Describes the problem without the received value, which valibot's own messages quote: errors are logged, and messages carry secrets. */
const problemOf = ({ message, expected }: v.BaseIssue<unknown>): string =>
  message.startsWith('Invalid ') ? `must be ${expected ?? 'something else'}` : message;

function textIn(value: unknown, field: 'request_id' | 'ticket'): string | undefined {
  const text = (value as { [name in typeof field]?: unknown } | null)?.[field];
  return typeof text === 'string' ? text : undefined;
}
