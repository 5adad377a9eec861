/**
 * API Gateway's WebSocket limits, which shape the protocol between cloud and agent.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */

/** Largest WebSocket frame API Gateway accepts, in bytes; a larger one closes the connection with 1009. */
export const MAX_FRAME_BYTES = 32 * 1024;

/** Largest WebSocket message (all its frames together), in bytes; a larger one closes the connection with 1009. */
export const MAX_MESSAGE_BYTES = 128 * 1024;

/** A connection lives two hours at most, in ms. */
export const MAX_CONNECTION_MS = 2 * 60 * 60 * 1000;

/** A connection without a message for ten minutes is closed, in ms. */
export const IDLE_CONNECTION_MS = 10 * 60 * 1000;
