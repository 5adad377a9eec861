/**
 * The waker of the limit: it sends one post. Other messages (an agent's `ready`) go to the
 * real function and are not measured.
 */
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { AgentEvent } from '../../../functions/aws/agent-event';
import { connectionsOf } from '../../../functions/aws/connections';
import { handler as handleMessage } from '../../../functions/receive-message/handler';

const variable = (name: string): string => process.env[name] ?? '';
const wakes = connectionsOf(new URL(variable('WAKE_CHANNEL_URL')));

interface Answer {
  readonly type: 'http_response';
  readonly request_id: string;
  readonly status_code: number;
  readonly headers: Record<string, string[]>;
  readonly body: string;
}

/** A chunk of an answer that streams, or how many chunks there were. */
interface Chunk {
  readonly type: 'limit_chunk';
  readonly request_id: string;
  readonly body?: string;
  readonly chunks?: number;
}

export async function handler(event: AgentEvent, context: Context): Promise<APIGatewayProxyStructuredResultV2> {
  const message = JSON.parse(event.body ?? '') as Answer | Chunk;
  const wake = wakeOf(message);
  if (!wake) return handleMessage(event, context);
  const [, waiter = ''] = message.request_id.split('/');
  await wakes.tell(waiter, JSON.stringify({ requestId: message.request_id, ...wake }));
  return { statusCode: 200 };
}

function wakeOf(message: Answer | Chunk): object | undefined {
  if (message.type === 'http_response') return { statusCode: message.status_code, headers: message.headers, body: message.body };
  return message.type === 'limit_chunk' ? { body: message.body, chunks: message.chunks } : undefined;
}
