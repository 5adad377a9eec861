import type { AgentIdentity } from '../core/tunnel';

/** What the functions behind the agent gateway need of its events; the authorizer's context comes with each of them. */
export interface AgentEvent {
  readonly requestContext: {
    readonly connectionId: string;
    readonly authorizer?: Readonly<Record<string, unknown>>;
  };
  readonly body?: string | null;
}

/** Who sent the event, as the authorizer decided at connect. @throws Error when the route is not behind the authorizer */
export function identityOf(event: AgentEvent): AgentIdentity & { connectionId: string } {
  const { connectionId, authorizer } = event.requestContext;
  const { owner, tunnelId, lease, claim } = authorizer ?? {};
  if (typeof owner !== 'string' || typeof tunnelId !== 'string' || typeof lease !== 'string') {
    throw new Error('the event carries no authorizer context: is $connect behind authorize-agent?');
  }
  // What an older authorizer said nothing of it may not have.
  return { owner, tunnelId, lease, claim: claim === 'granted' ? 'granted' : 'held', connectionId };
}
