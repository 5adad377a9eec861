import { functionCredentials, functionRegion } from './function-access';
import { ServiceError, ServiceTimeoutError, signedCalls, type ServiceAccess, type SignedCall } from './signed-calls';

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

/** `@connections` of one WebSocket stage (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html). */
export interface Connections {
  /** Never rejects. */
  post(post: Post): Promise<PostOutcome>;
  /** Posts, and waits for the answer without a limit. Rejects when the message was not delivered. */
  tell(connectionId: string, text: string): Promise<void>;
  /** Whether API Gateway still knows the connection. */
  exists(connectionId: string): Promise<boolean>;
  /** Closes a connection. A connection that has gone is closed already. */
  close(connectionId: string, timeoutMs: number): Promise<void>;
}

/** Time limit for looking whether a connection exists, in ms. */
const LOOK_MS = 3000;

/**
 * Each call makes one attempt: a message that is repeated may arrive twice, and callers have a better way for a message that is throttled.
 * @param stageUrl the stage's invoke URL; its management endpoint is the same URL with https instead of wss
 * @param caller the function itself, when left out
 */
export function connectionsOf(
  stageUrl: URL,
  caller: Pick<ServiceAccess, 'region' | 'credentials'> = { region: functionRegion(), credentials: functionCredentials },
): Connections {
  const endpoint = new URL(stageUrl.href.replace(/^ws/, 'http'));
  const call = signedCalls({ ...caller, endpoint, signingName: 'execute-api', name: 'ApiGatewayManagementApi' });
  const about = (connectionId: string) => ({ path: `/@connections/${encodeURIComponent(connectionId)}` });
  const message = (connectionId: string, body: string): SignedCall => ({
    ...about(connectionId),
    operation: 'PostToConnection',
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body,
  });

  return {
    async post({ connectionId, text, timeoutMs, mayArriveTwice, onUnknown }) {
      const endAt = performance.now() + timeoutMs;
      const attempt = (): Promise<unknown> =>
        call({ ...message(connectionId, text), timeoutMs: Math.max(1, endAt - performance.now()) }).then(
          () => undefined,
          (error: unknown) => error,
        );
      let error = await attempt();
      if (mayArriveTwice && isReset(error)) error = await attempt();
      const outcome = outcomeOf(error);
      if (outcome === 'unknown') onUnknown(error);
      return outcome;
    },

    async tell(connectionId, text) {
      await call(message(connectionId, text));
    },

    async exists(connectionId) {
      try {
        await call({ ...about(connectionId), operation: 'GetConnection', method: 'GET', timeoutMs: LOOK_MS });
        return true;
      } catch (error) {
        if (outcomeOf(error) === 'gone') return false;
        // It is not known whether the connection is gone; the next check will show it.
        if (isReset(error) || error instanceof ServiceTimeoutError) return true;
        throw error;
      }
    },

    async close(connectionId, timeoutMs) {
      try {
        await call({ ...about(connectionId), operation: 'DeleteConnection', method: 'DELETE', timeoutMs });
      } catch (error) {
        if (outcomeOf(error) !== 'gone') throw error;
      }
    },
  };
}

/**
 * Whether the connection was reset. A connection that was kept alive through a freeze may be dead, which only its use shows
 * (aws/aws-sdk-js-v3#1196).
 */
const isReset = (error: unknown): boolean => ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');

/** By status: https://docs.aws.amazon.com/apigatewaymanagementapi/latest/APIReference/API_connections_connectionId_POST.html */
const OUTCOMES: Readonly<Record<number, PostOutcome>> = { 410: 'gone', 413: 'too-large', 429: 'limited' };

function outcomeOf(error: unknown): PostOutcome {
  if (error === undefined) return 'delivered';
  return (error instanceof ServiceError && OUTCOMES[error.$metadata.httpStatusCode]) || 'unknown';
}
