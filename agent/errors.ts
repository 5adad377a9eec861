import type { AgentErrorCode } from '../protocol';

/**
 * An option is missing or malformed; `message` names it, shows its value (never a token's) and says what to
 * do.
 */
export class AgentOptionError extends Error {
  override readonly name = 'AgentOptionError';
}

/** The cloud refused the connection, and trying again would change nothing; `message` says what to do. */
export class TunnelRefusedError extends Error {
  override readonly name: string = 'TunnelRefusedError';
  constructor(
    /** Status of the refused upgrade: 400, 401, 403 or 409; 0 when the connection was refused in another way. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Another agent of the same owner serves the tunnel now. This agent does not connect again: otherwise the two would take turns for ever. */
export class TunnelTakenOverError extends TunnelRefusedError {
  override readonly name = 'TunnelTakenOverError';
  constructor(tunnelId: string) {
    super(
      0,
      `Another agent of the same owner has taken over the tunnel "${tunnelId}", so this agent stops: to run both, give each a --name of its own.`,
    );
  }
}

/** The connection could not be made or was lost; the agent tries again. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** `stop()` was called before the agent was connected. */
export class AgentStoppedError extends Error {
  override readonly name = 'AgentStoppedError';
  constructor() {
    super('the agent was stopped before it was connected');
  }
}

/** The local service gave no answer that could be passed on, or was not asked; `code` decides which error the visitor gets. */
export class LocalServiceError extends Error {
  override readonly name = 'LocalServiceError';
  constructor(
    readonly code: AgentErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The visitor had stopped waiting before the local service was asked, so the local service was not asked. */
export class RequestExpiredError extends LocalServiceError {
  constructor(readonly tooOldByMs: number) {
    super('expired', `the request came ${tooOldByMs / 1000} s after its deadline, so the local service was not asked`);
  }
}

/** Nobody waits for the answer any more, so no message tells the cloud of the failure. */
export class VisitorLeftError extends LocalServiceError {
  constructor() {
    super('expired', 'the visitor has left');
  }
}
