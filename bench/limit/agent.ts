import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { answerOf, plannedDelay } from '../bench-service';
import { eventsOf, isEventsUri } from '../streams/events';

/** The shortest agent: it is its own local service. It asks for no acknowledgement, because the limit's handlers send none. */
export class LimitAgent {
  private constructor(private readonly socket: WebSocket) {}

  static async connect(options: { endpoint: string; token: string; name: string; bytes: number }): Promise<LimitAgent> {
    const url = new URL(options.endpoint);
    url.searchParams.set('name', options.name);
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${options.token}` }, perMessageDeflate: false });
    await once(socket, 'open');
    const established = once(socket, 'message');
    socket.send(JSON.stringify({ type: 'ready' }));
    await established;
    socket.on('message', (data: Buffer) => void answer(socket, data.toString(), options.bytes));
    return new LimitAgent(socket);
  }

  close(): void {
    this.socket.terminate();
  }
}

async function answer(socket: WebSocket, text: string, bytes: number): Promise<void> {
  const { type, request_id, uri } = JSON.parse(text) as { type: string; request_id: string; uri: string };
  if (type !== 'http_request') return;
  if (isEventsUri(uri)) return stream(socket, request_id, uri);
  await sleep(plannedDelay(uri));
  const { headers, body } = answerOf(uri, bytes);
  const fields = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  socket.send(JSON.stringify({ type: 'http_response', request_id, status_code: 200, headers: fields, body: body.toString('base64') }));
}

async function stream(socket: WebSocket, requestId: string, uri: string): Promise<void> {
  const send = (rest: object): void => socket.send(JSON.stringify({ type: 'limit_chunk', request_id: requestId, ...rest }));
  let chunks = 0;
  for await (const event of eventsOf(uri)) {
    send({ body: Buffer.from(event).toString('base64') });
    chunks += 1;
  }
  send({ chunks });
}
