import type { AgentErrorCode } from '../../protocol';

/**
 * Every error a visitor can get from us. `x-tunnel-error` carries the code, `title` says what happened and `remedy` what
 * to do next; neither speaks of internals.
 */
export const TUNNEL_ERRORS = {
  invalid_request: { status: 400, title: 'The request cannot be forwarded', remedy: 'Correct the request and send it again.' },
  tunnel_not_found: {
    status: 404,
    title: 'There is no such tunnel',
    remedy: 'Check the address; the agent prints it when it connects.',
  },
  request_too_large: {
    status: 413,
    title: 'The request is too large for the tunnel',
    remedy: 'Send a smaller body: about 95 KB fit, headers included.',
  },
  internal_error: { status: 500, title: 'The tunnel failed', remedy: 'Try again; if it persists, tell whoever runs the tunnel service.' },
  method_refused: {
    status: 501,
    title: 'The tunnel does not carry this method',
    remedy: 'Use another one: TRACE would show what proxies add to a request, and CONNECT is for proxies.',
  },
  websocket_not_supported: {
    status: 501,
    title: 'The tunnel does not carry WebSockets',
    remedy: 'Use requests and answers instead, such as long polling of up to 25 s.',
  },
  method_not_supported: {
    status: 501,
    title: "The tunnel's agent does not support this method",
    remedy: 'Ask the owner of the tunnel to update the agent.',
  },
  agent_away: {
    status: 502,
    title: "The tunnel's agent is not connected",
    remedy: 'Ask the owner of the tunnel to start the agent, then try again.',
  },
  agent_failed: {
    status: 502,
    title: "The tunnel's agent could not handle the request",
    remedy: "See the agent's output for the reason.",
  },
  invalid_response: {
    status: 502,
    title: 'The local service sent an invalid response',
    remedy: "See the agent's output for what is wrong with it.",
  },
  response_too_large: {
    status: 502,
    title: "The local service's response is too large for the tunnel",
    remedy: 'Ask for less at once: about 95 KB fit, headers included.',
  },
  agent_busy: {
    status: 503,
    title: "The tunnel's agent takes no more requests at the moment",
    remedy: 'Try again in a moment.',
  },
  local_service_unavailable: {
    status: 503,
    title: 'The local service does not accept connections',
    remedy: 'Ask the owner of the tunnel to start the service behind it, then try again.',
  },
  local_service_timeout: {
    status: 504,
    title: 'The local service did not answer in time',
    remedy: 'Try again; a service that needs longer must answer first and work afterwards.',
  },
  deadline_exceeded: {
    status: 504,
    title: 'No answer came through the tunnel in time',
    remedy: 'Try again; if it persists, see whether the agent is still running.',
  },
} as const satisfies Record<string, { status: number; title: string; remedy: string }>;

export type TunnelErrorCode = keyof typeof TUNNEL_ERRORS;

/** An error that a visitor is told of. */
export class TunnelError extends Error {
  override readonly name = 'TunnelError';
  constructor(
    readonly code: TunnelErrorCode,
    /** More than the title says, in words for the visitor. */
    readonly detail?: string,
    options?: ErrorOptions,
  ) {
    super(detail ?? TUNNEL_ERRORS[code].title, options);
  }

  get status(): number {
    return TUNNEL_ERRORS[this.code].status;
  }
}

const CODE_OF_AGENT_ERROR: Record<AgentErrorCode, TunnelErrorCode> = {
  invalid_request: 'invalid_request',
  timeout: 'local_service_timeout',
  local_service_unavailable: 'local_service_unavailable',
  internal_error: 'agent_failed',
  response_too_large: 'response_too_large',
  invalid_response: 'invalid_response',
};

/** The error that an agent reported. Its message is not passed on: it may speak of the inside of somebody's laptop. */
export const fromAgentError = (code: AgentErrorCode): TunnelError => new TunnelError(CODE_OF_AGENT_ERROR[code]);
