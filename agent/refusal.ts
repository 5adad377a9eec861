import { ConnectionError, TunnelRefusedError } from './errors';

export interface RefusedUpgrade {
  readonly status: number;
  /** The name asked for, if any. */
  readonly name?: string;
  /** The reason that the cloud gave, if any. */
  readonly detail?: string;
  /** Whether this agent has had its tunnel before. If so, a taken name is not permanent, and the agent tries again. */
  readonly wasConnected: boolean;
}

/**
 * Turns a refused WebSocket upgrade into an error: a TunnelRefusedError when only the user can help, a ConnectionError when a later attempt
 * may succeed.
 */
export function refusalError(refused: RefusedUpgrade): TunnelRefusedError | ConnectionError {
  const advice = adviceFor(refused);
  const says = refused.detail ? ` The cloud says: ${refused.detail}` : '';
  if (!advice) return new ConnectionError(`the cloud answered HTTP ${refused.status} to the connection request.${says}`);
  return new TunnelRefusedError(refused.status, advice + says);
}

/** Advice for a person; undefined when the agent should try again by itself. */
function adviceFor({ status, name, wasConnected }: RefusedUpgrade): string | undefined {
  switch (status) {
    case 401:
      return (
        'The cloud refused the token (HTTP 401): it is wrong, expired or made for another deployment. ' +
        'Ask the operator of this tunnel for a new token, and pass the token with --token-file FILE or HTTP_TUNNEL_TOKEN.'
      );
    case 403:
      return (
        (name === undefined
          ? 'The cloud refused the connection (HTTP 403): '
          : `The token does not grant the name "${name}" (HTTP 403): use a name that it grants (see http-tunnel token inspect) or no name; or `) +
        'check the endpoint, because its stage path may be wrong.'
      );
    case 400:
      return name === undefined
        ? 'The cloud does not understand the connection request (HTTP 400): check the endpoint.'
        : `The cloud does not accept the name "${name}" (HTTP 400): choose another --name.`;
    case 409:
      return wasConnected
        ? undefined
        : `The name "${name ?? ''}" is taken by another owner (HTTP 409): choose another --name, or leave out --name for a random name.`;
    default:
      return undefined;
  }
}
