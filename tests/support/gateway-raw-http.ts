import { connect } from 'node:net';

export interface RawResponse {
  readonly status: number;
  /** Names in lower case; values of repeated fields in order. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

/** Sends bytes unchanged. Resolves with everything received until the other side closes the connection or `giveUp` aborts. */
export function sendRaw(port: number, bytes: string | Buffer, giveUp = AbortSignal.timeout(120_000)): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const destroy = (): void => void socket.destroy();
    let received = '';
    giveUp.addEventListener('abort', destroy);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (received += text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      giveUp.removeEventListener('abort', destroy);
      resolve(received);
    });
    socket.write(bytes);
  });
}

/** How many complete requests are sent, one after the other, before inputs without an answer are taken for incomplete requests. */
const COMPLETE_REQUESTS = 5;

/**
 * Sends inputs at the same time, each on its own connection. The other side waits for the rest of an incomplete request, so the
 * inputs get as long as several complete requests take, which are sent later: on a busy machine, too, an answer comes before that.
 * @param complete a complete request, after which the other side closes the connection
 * @returns what was received for each input
 */
export async function sendInputs(port: number, inputs: readonly Buffer[], complete: string): Promise<string[]> {
  const giveUp = new AbortController();
  const received = Promise.all(inputs.map((bytes) => sendRaw(port, bytes, giveUp.signal)));
  for (let i = 0; i < COMPLETE_REQUESTS; i++) await sendRaw(port, complete);
  giveUp.abort();
  return received;
}

/** Sends one request with the given lines and `Connection: close`. @returns the response */
export async function rawRequest(port: number, requestLine: string, headers: readonly string[] = [], body = ''): Promise<RawResponse> {
  const hasHost = headers.some((line) => /^host:/i.test(line));
  const lines = [requestLine, ...(hasHost ? [] : ['Host: localhost']), ...headers, 'Connection: close'];
  return parseResponse(await sendRaw(port, `${lines.join('\r\n')}\r\n\r\n${body}`));
}

export function parseResponse(text: string): RawResponse {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...fields] = text.slice(0, end).split('\r\n');
  const headers: Record<string, string[]> = {};
  for (const field of fields) {
    const [, name = '', value = ''] = /^([^:]+): ?(.*)$/.exec(field) ?? [];
    (headers[name.toLowerCase()] ??= []).push(value);
  }
  return { status: Number(statusLine.split(' ')[1]), headers, body: text.slice(end + 4) };
}
