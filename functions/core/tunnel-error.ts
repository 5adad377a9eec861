import type { AgentErrorCode, Headers } from '../../protocol';

export type ErrorCause = 'visitor' | 'tunnel';

/** Everything about one error. `npm run errors:docs` makes docs/errors.md from these entries. */
export interface ErrorEntry {
  readonly status: number;
  /** Where the reason lies: in what the visitor sent, or in the tunnel, which includes its agent and the local service. */
  readonly cause: ErrorCause;
  /** What happened, for the visitor. */
  readonly title: string;
  /** What the visitor can do next. */
  readonly remedy: string;
  /** What the tunnel's owner can do. */
  readonly owner: string;
  /** Whether the same request may succeed when it is sent again. True only if no part of the request has been done yet. */
  readonly retryable: boolean;
  /** `Retry-After`, in seconds. */
  readonly retryAfter?: number;
}

/**
 * Every error that a visitor can get from the tunnel. The header field `x-tunnel-error` carries the code. The texts tell nothing
 * about the inside of the tunnel service.
 */
export const TUNNEL_ERRORS = {
  invalid_request: {
    status: 400,
    cause: 'visitor',
    title: 'The request cannot be forwarded',
    remedy: 'Correct the request and send it again.',
    owner: "The agent's output says what is wrong with the request.",
    retryable: false,
  },
  visitor_unauthorized: {
    status: 401,
    cause: 'visitor',
    title: 'This tunnel requires a password or a token',
    remedy: 'Send the user name and password, or the token, that the owner of the tunnel gave you.',
    owner: 'The agent was started with `--basic-auth` or `--bearer-token`; give visitors the password or token that you set there.',
    retryable: false,
  },
  visitor_not_allowed: {
    status: 403,
    cause: 'visitor',
    title: 'This tunnel does not allow visitors from your address',
    remedy: 'Ask the owner of the tunnel to allow your network.',
    owner: "The agent was started with `--allow-cidr`; add the visitor's range.",
    retryable: false,
  },
  tunnel_not_found: {
    status: 404,
    cause: 'visitor',
    title: 'There is no such tunnel',
    remedy: 'Check the address; the agent prints it when it connects.',
    owner: 'Start the agent, and compare the name in the address with the name that the agent prints.',
    retryable: false,
  },
  request_too_large: {
    status: 413,
    cause: 'visitor',
    title: 'The request is too large for the tunnel',
    remedy: 'Send a smaller body: at most about 4.5 MB, or about 95 KB if the agent is an older one.',
    owner: "Use the newest version of this project's agent; see [limits](limits.md).",
    retryable: false,
  },
  too_many_guesses: {
    status: 429,
    cause: 'visitor',
    title: 'Too many passwords were tried from your address',
    remedy: 'Wait a minute, and then send the user name and password that the owner of the tunnel gave you.',
    owner: 'Somebody tries passwords, or many visitors who share an address came at once. If so, use `--bearer-token` or `--allow-cidr`.',
    retryable: true,
    retryAfter: 60,
  },
  tunnel_busy: {
    status: 429,
    cause: 'tunnel',
    title: 'The tunnel has too many requests in flight',
    remedy: 'Try again in a moment, with fewer requests at once.',
    owner:
      'Raise `--max-in-flight` of the agent if the local service can handle more requests at once, or find out why the service is slow. ' +
      'The cloud also limits the requests in flight of all your tunnels together (`ownerLimits` of the environment).',
    retryable: true,
    retryAfter: 1,
  },
  internal_error: {
    status: 500,
    cause: 'tunnel',
    title: 'The tunnel failed',
    remedy: 'Try again; if the error persists, tell the operator of the tunnel service.',
    owner: 'Tell the operator of the tunnel service the request id from the body: the log has the reason.',
    retryable: false,
  },
  method_refused: {
    status: 501,
    cause: 'visitor',
    title: 'The tunnel does not support this method',
    remedy: 'Use another method: TRACE would show what proxies add to a request, and CONNECT is for proxies.',
    owner: 'Nothing; no tunnel supports this method.',
    retryable: false,
  },
  websocket_not_supported: {
    status: 501,
    cause: 'visitor',
    title: 'The tunnel does not support WebSockets',
    remedy: 'Use ordinary requests instead, such as long polling of up to 25 s.',
    owner: 'Configure the local service to work without WebSockets; see [limits](limits.md).',
    retryable: false,
  },
  event_stream_refused: {
    status: 501,
    cause: 'visitor',
    title: 'Event streams come through another address of this tunnel',
    remedy: 'Use the streaming address of the tunnel.',
    owner: 'Give visitors the address that the agent prints for streams.',
    retryable: false,
  },
  method_not_supported: {
    status: 501,
    cause: 'visitor',
    title: "The tunnel's agent does not support this method",
    remedy: 'Ask the owner of the tunnel to update the agent.',
    owner: 'Agents of `ttf` 0.3 drop this method; use the agent of this project.',
    retryable: false,
  },
  agent_away: {
    status: 502,
    cause: 'tunnel',
    title: "The tunnel's agent is not connected",
    remedy: 'Ask the owner of the tunnel to start the agent, then try again.',
    owner: 'Start the agent; if it runs, its output says why it is not connected.',
    retryable: true,
  },
  agent_failed: {
    status: 502,
    cause: 'tunnel',
    title: "The tunnel's agent could not handle the request",
    remedy: "Tell the owner of the tunnel; the agent's output has the reason.",
    owner: "See the agent's output; it may have been stopped in the middle of the request.",
    retryable: false,
  },
  invalid_response: {
    status: 502,
    cause: 'tunnel',
    title: 'The local service sent an invalid response',
    remedy: "Tell the owner of the tunnel; the agent's output says what is wrong with the response.",
    owner:
      "The local service closed the connection before its answer was complete, or sent something that is not HTTP; see the agent's output and the service's log.",
    retryable: false,
  },
  response_too_large: {
    status: 502,
    cause: 'tunnel',
    title: "The local service's response is too large for the tunnel",
    remedy: 'Request less data at once: at most about 4.5 MB, or about 95 KB if the agent is an older one.',
    owner: 'Let the local service compress its answers, or send them in smaller parts; see [limits](limits.md).',
    retryable: false,
  },
  agent_busy: {
    status: 503,
    cause: 'tunnel',
    title: "The tunnel's agent accepts no more requests at the moment",
    remedy: 'Try again in a moment.',
    owner: "The connection to the agent is overloaded: the agent's network, or one connection of API Gateway, cannot carry more at once.",
    retryable: true,
    retryAfter: 1,
  },
  local_service_unavailable: {
    status: 503,
    cause: 'tunnel',
    title: 'The local service does not accept connections',
    remedy: 'Ask the owner of the tunnel to start the service behind the tunnel, then try again.',
    owner: 'Start the local service, on the host and port that the agent was given.',
    // Agents of other projects may also report this for a service that hung up after it had seen the request.
    retryable: false,
    retryAfter: 1,
  },
  local_service_timeout: {
    status: 504,
    cause: 'tunnel',
    title: 'The local service did not answer in time',
    remedy: 'Try again; a service that needs more time should answer first and do its work afterwards.',
    owner: 'The service took longer than `--request-timeout`. The service may still have done the work.',
    retryable: false,
  },
  deadline_exceeded: {
    status: 504,
    cause: 'tunnel',
    title: 'No answer came through the tunnel in time',
    remedy: 'Try again; if the error persists, ask the owner of the tunnel whether the agent is still running.',
    owner: 'Check whether the agent is still connected. The service may still have done the work.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;

export type TunnelErrorCode = keyof typeof TUNNEL_ERRORS;

export interface TunnelErrorOptions extends ErrorOptions {
  /** Further header fields of the answer, such as `www-authenticate`. */
  readonly headers?: Headers;
}

/** An error that the visitor is shown. */
export class TunnelError extends Error {
  override readonly name = 'TunnelError';
  readonly headers: Headers;
  constructor(
    readonly code: TunnelErrorCode,
    /** More detail than the title, in words for the visitor. */
    readonly detail?: string,
    options?: TunnelErrorOptions,
  ) {
    super(detail ?? TUNNEL_ERRORS[code].title, options);
    this.headers = options?.headers ?? {};
  }

  get entry(): ErrorEntry {
    return TUNNEL_ERRORS[this.code];
  }

  get status(): number {
    return this.entry.status;
  }
}

const CODE_OF_AGENT_ERROR: Record<AgentErrorCode, TunnelErrorCode> = {
  invalid_request: 'invalid_request',
  timeout: 'local_service_timeout',
  local_service_unavailable: 'local_service_unavailable',
  internal_error: 'agent_failed',
  response_too_large: 'response_too_large',
  invalid_response: 'invalid_response',
  busy: 'tunnel_busy',
  expired: 'deadline_exceeded',
};

/**
 * The error for the visitor when an agent reports one. The message of the agent is not passed on, because it may describe the
 * inside of a developer's machine.
 */
export const fromAgentError = (code: AgentErrorCode): TunnelError => new TunnelError(CODE_OF_AGENT_ERROR[code]);
