import type { AwsCall, Interceptor, InvocationInterceptor } from '../../emulator/services';
import { isHonest } from './cast';
import type { StolenRequests } from './stolen-requests';

/** What the lab reads of a message, in either direction. */
interface Message {
  readonly type?: unknown;
  readonly request_id?: unknown;
  readonly ticket?: unknown;
}

/** What the agent gateway gives to receive-message. */
interface AgentEvent {
  readonly requestContext?: { readonly authorizer?: Readonly<Record<string, unknown>> | null };
  readonly body?: string | null;
}

/** Reads the messages between cloud and agents. Most requests of mode `direct` have a ticket instead of a row, so that only a message shows them. */
export class MessageWatch {
  /**
   * When the cloud took the answer to a request, in ms since the epoch, by the tunnel's id of the request: receive-message had run on the
   * answer, and had not failed. Only answers that an honest agent gave to a request of its own.
   */
  readonly taken = new Map<string, number>();

  constructor(private readonly requests: StolenRequests) {}

  /** Sees each post to an agent. */
  readonly intercept: Interceptor = (call, next) => {
    const { type, request_id: requestId, ticket } = posted(call);
    if (type === 'http_request' && typeof requestId === 'string') {
      this.requests.begin({ requestId, ...(typeof ticket === 'string' && { ticket }) });
    }
    return next();
  };

  /** Sees each message of an agent. */
  readonly interceptInvocation: InvocationInterceptor = async ({ payload }, next) => {
    const result = await next();
    const requestId = honestlyAnswered(payload as AgentEvent);
    if (requestId === undefined) return result;
    this.requests.end(requestId);
    if (result.kind === 'ok' && !this.taken.has(requestId)) this.taken.set(requestId, Date.now());
    return result;
  };
}

const posted = ({ service, body }: AwsCall): Message => (service === 'execute-api' && body ? parsed(body.toString()) : {});

/** The request that an honest agent answers with this message. */
function honestlyAnswered({ requestContext, body }: AgentEvent): string | undefined {
  const { tunnelId, owner } = requestContext?.authorizer ?? {};
  if (typeof body !== 'string' || !isHonest(tunnelId, owner)) return undefined;
  const { type, request_id: requestId } = parsed(body);
  return (type === 'http_response' || type === 'error') && typeof requestId === 'string' ? requestId : undefined;
}

function parsed(text: string): Message {
  try {
    return (JSON.parse(text) as Message | null) ?? {};
  } catch {
    // A wake, or garbage of the hostile agent.
    return {};
  }
}
