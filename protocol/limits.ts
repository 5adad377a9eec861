/**
 * Limits of AWS which shape the protocol between cloud and agent: first API Gateway's for WebSockets, then Lambda's for bodies.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */

/** Largest WebSocket frame API Gateway accepts, in bytes; a larger one closes the connection with 1009. */
export const MAX_FRAME_BYTES = 32 * 1024;

/** Largest WebSocket message (all its frames together), in bytes; a larger one closes the connection with 1009. */
export const MAX_MESSAGE_BYTES = 128 * 1024;

/** A connection lives two hours at most, in ms. */
export const MAX_CONNECTION_MS = 2 * 60 * 60 * 1000;

/**
 * Largest payload of a Lambda invocation, in bytes, request and response alike: JSON, with bodies that are not text in base64.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_LAMBDA_PAYLOAD_BYTES = 6 * 1024 * 1024;

/** Room for header fields and the rest of such a payload, in bytes: API Gateway takes 10 KB of header fields. */
const PAYLOAD_ENVELOPE_BYTES = 64 * 1024;

/** Largest body of an answer, in bytes: with base64, about 4.5 MB fit Lambda's payload. */
export const MAX_RESPONSE_BODY_BYTES = ((MAX_LAMBDA_PAYLOAD_BYTES - PAYLOAD_ENVELOPE_BYTES) / 4) * 3;

/** Largest body of a request, in bytes. Text goes to Lambda as it is; any other body goes as base64, which limits it to about 4.5 MB. */
export const MAX_REQUEST_BODY_BYTES = MAX_LAMBDA_PAYLOAD_BYTES;
