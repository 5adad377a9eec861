import type { GatewayError, GatewayErrorKind } from '../protocol';

/** After a report, errors of the same kind are only counted for this time, in ms. */
const QUIET_MS = 60_000;

interface Meaning {
  readonly what: string;
  readonly remedy: string;
}

const SEE_LOG = 'the operator of the tunnel finds the cause in the log of receive-message';
const OTHER_API = 'check the endpoint: it may belong to another API';

const MEANINGS: Record<GatewayErrorKind, Meaning> = {
  failed: { what: 'the cloud failed on a message of this agent', remedy: SEE_LOG },
  'timed-out': { what: 'the cloud did not finish with a message of this agent within 29 s', remedy: SEE_LOG },
  throttled: {
    what: 'the cloud refused a message of this agent, because too many messages came at once',
    remedy: 'the operator of the tunnel can raise throttling.agents in the settings of the environment',
  },
  'no-route': { what: 'the endpoint does not accept messages of agents', remedy: OTHER_API },
  invalid: { what: 'the endpoint expects messages of another form', remedy: OTHER_API },
  other: { what: 'the cloud did not accept a message of this agent', remedy: SEE_LOG },
};

/** Why a connection did not lead to a tunnel, in a sentence for a person. */
export function notEstablishedBecause(error: GatewayError): string {
  const { what, remedy } = MEANINGS[error.kind];
  return `the tunnel is not established: ${what} (${quote(error)}); if the error repeats, ${remedy}`;
}

/**
 * Reports the errors that API Gateway sends on an established connection. A failing cloud sends an error for each message, so there is at
 * most one report a minute for each kind. The next report says how many errors were only counted.
 */
export class GatewayErrorReports {
  private readonly reported = new Map<GatewayErrorKind, { readonly at: number; untold: number }>();

  /** @param now wall clock, in ms since the epoch */
  constructor(private readonly now: () => number) {}

  /** A sentence for a person; undefined within a minute after a report of the same kind. */
  report(error: GatewayError): string | undefined {
    const last = this.reported.get(error.kind);
    if (last && this.now() - last.at < QUIET_MS) {
      last.untold += 1;
      return undefined;
    }
    this.reported.set(error.kind, { at: this.now(), untold: 0 });
    const { what, remedy } = MEANINGS[error.kind];
    const more = last && last.untold > 0 ? `, and ${last.untold} more such errors since the last warning` : '';
    // The outbox (outbox.ts) sends the answer again. API Gateway does not say which message failed.
    return `${what} (${quote(error)}${more}). If the message held an answer, the agent sends the answer again. If the error repeats, ${remedy}.`;
  }
}

const quote = ({ text, requestId }: GatewayError): string =>
  `API Gateway says "${text}"${requestId === undefined ? '' : `, request id ${requestId}`}`;
