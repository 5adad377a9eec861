import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
  type ApiGatewayManagementApiClient,
} from '@aws-sdk/client-apigatewaymanagementapi';

/** The result of a post. `unknown`: no answer in time, or a failure of the service; the message may have been delivered. */
export type PostOutcome = 'delivered' | 'gone' | 'limited' | 'too-large' | 'unknown';

export interface Post {
  readonly connectionId: string;
  readonly text: string;
  /** Time for all attempts together, in ms. */
  readonly timeoutMs: number;
  /** Whether a second copy does no harm. If so, a post over a dead connection to API Gateway is tried again at once. */
  readonly mayArriveTwice: boolean;
  /** Called with the error that made the outcome `unknown`. */
  readonly onUnknown: (error: unknown) => void;
}

/**
 * Posts by PostToConnection. The SDK's own timeout has been seen not to fire (aws/aws-sdk-js-v3#6896), so the call has an abort
 * signal of its own. Never rejects.
 */
export async function postToConnection(client: ApiGatewayManagementApiClient, post: Post): Promise<PostOutcome> {
  const abortSignal = AbortSignal.timeout(post.timeoutMs);
  const attempt = async (): Promise<unknown> => {
    try {
      await client.send(new PostToConnectionCommand({ ConnectionId: post.connectionId, Data: post.text }), { abortSignal });
      return undefined;
    } catch (error) {
      return error;
    }
  };
  let error = await attempt();
  if (post.mayArriveTwice && isReset(error)) error = await attempt();
  const outcome = outcomeOf(error);
  if (outcome === 'unknown') post.onUnknown(error);
  return outcome;
}

/**
 * Whether the connection was reset. A connection that was kept alive through a freeze may be dead, which only its use shows
 * (aws/aws-sdk-js-v3#1196).
 */
const isReset = (error: unknown): boolean => ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');

function outcomeOf(error: unknown): PostOutcome {
  if (error === undefined) return 'delivered';
  const name = (error as Error).name;
  if (name === 'GoneException') return 'gone';
  if (name === 'LimitExceededException') return 'limited';
  return name === 'PayloadTooLargeException' ? 'too-large' : 'unknown';
}

/** Whether API Gateway still knows the connection. */
export async function connectionExists(client: ApiGatewayManagementApiClient, connectionId: string): Promise<boolean> {
  try {
    await client.send(new GetConnectionCommand({ ConnectionId: connectionId }));
    return true;
  } catch (error) {
    if ((error as Error).name === 'GoneException') return false;
    // It is not known whether the connection is gone; the next check will show it.
    if (isReset(error)) return true;
    throw error;
  }
}

/** Closes a connection. A connection that has gone is closed already. */
export async function closeConnection(client: ApiGatewayManagementApiClient, connectionId: string, timeoutMs: number): Promise<void> {
  try {
    await client.send(new DeleteConnectionCommand({ ConnectionId: connectionId }), { abortSignal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    if ((error as Error).name !== 'GoneException') throw error;
  }
}
