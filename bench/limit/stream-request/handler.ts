/**
 * The waiter of the limit of streams: it looks up the tunnel, posts to the agent, and writes the bytes of each wake at once. Nothing is put in
 * order, checked, asked for or granted. It only counts, because the last message may overtake a chunk.
 */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { beginResponse, streaming } from '../../../functions/aws/response-stream';
import { agentOf, askAgent, openWakes, tunnelAndPath } from '../waiter';

/** The content of a wake: a chunk, or how many chunks there were. */
interface Wake {
  readonly requestId: string;
  readonly body?: string;
  readonly chunks?: number;
}

let wakes: ReturnType<typeof openWakes> | undefined;
let onWake: (wake: Wake) => void = () => undefined;

export const handler = streaming(async (event: APIGatewayProxyEventV2, visitor) => {
  const { tunnelId, rest } = tunnelAndPath(event.rawPath);
  const [agent, socket] = await Promise.all([agentOf(tunnelId), (wakes ??= openWakes((message) => onWake(message as Wake)))]);
  const requestId = `${randomUUID()}/${socket.id}`;
  const body = beginResponse(visitor, { statusCode: 200, headers: { 'content-type': 'text/event-stream' }, cookies: [] });
  const ended = new Promise<void>((resolve) => {
    let [written, expected] = [0, Infinity];
    onWake = (wake) => {
      if (wake.requestId !== requestId) return;
      if (wake.body !== undefined) {
        body.write(Buffer.from(wake.body, 'base64'));
        written += 1;
      }
      expected = wake.chunks ?? expected;
      if (written === expected) resolve();
    };
  });
  await askAgent(agent, requestId, `${rest}?${event.rawQueryString}`);
  await ended;
  body.end();
});
