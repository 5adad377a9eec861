import type { AgentIdentity } from '../core/tunnel';

/** The fields that functions use of an agent gateway event. Each event contains the context of the authorizer. */
export interface AgentEvent {
  readonly requestContext: {
    readonly connectionId: string;
    /** When the connection was opened, in ms since the epoch. */
    readonly connectedAt?: number;
    readonly authorizer?: Readonly<Record<string, unknown>>;
  };
  readonly body?: string | null;
}

/** The identity of the sender, as the authorizer decided it at `$connect`. @throws Error when the route is not behind the authorizer */
export function identityOf(event: AgentEvent): AgentIdentity & { connectionId: string } {
  const { connectionId, authorizer } = event.requestContext;
  const { owner, tunnelId, lease, claim } = authorizer ?? {};
  if (typeof owner !== 'string' || typeof tunnelId !== 'string' || typeof lease !== 'string') {
    throw new Error('the event carries no authorizer context: is $connect behind authorize-agent?');
  }
  // An older authorizer states no claim. The connection then gets the weaker claim, `held`.
  return { owner, tunnelId, lease, claim: claim === 'granted' ? 'granted' : 'held', connectionId };
}
