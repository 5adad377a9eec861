import { connect } from 'node:net';

export interface RawResponse {
  readonly status: number;
  /** Names in lower case; values of repeated fields in order. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

/** Sends bytes unchanged. Resolves with everything received until the other side closes the connection or `withinMs` have passed. */
export function sendRaw(port: number, bytes: string | Buffer, withinMs = 120_000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const timer = setTimeout(() => socket.destroy(), withinMs).unref();
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (received += text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
    socket.write(bytes);
  });
}

/**
 * How long to wait for an answer if a request may be incomplete: many times the time of a complete request on this machine now. In ms.
 * @param request a complete request, after which the other side closes the connection
 */
export async function patienceFor(port: number, request: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const startedAt = performance.now();
    await sendRaw(port, request);
    times.push(performance.now() - startedAt);
  }
  return Math.max(60, 20 * Math.min(...times));
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
