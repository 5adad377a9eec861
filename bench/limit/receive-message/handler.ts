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
  readonly type: string;
  readonly request_id: string;
  readonly status_code: number;
  readonly headers: Record<string, string[]>;
  readonly body: string;
}

export async function handler(event: AgentEvent, context: Context): Promise<APIGatewayProxyStructuredResultV2> {
  const answer = JSON.parse(event.body ?? '') as Answer;
  if (answer.type !== 'http_response') return handleMessage(event, context);
  const [, waiter = ''] = answer.request_id.split('/');
  const wake = { requestId: answer.request_id, statusCode: answer.status_code, headers: answer.headers, body: answer.body };
  await wakes.tell(waiter, JSON.stringify(wake));
  return { statusCode: 200 };
}
