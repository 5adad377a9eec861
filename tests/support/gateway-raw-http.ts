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

/** Longest time until the other side closes a connection on which nothing more comes, in ms: only what hangs takes so long. */
const CLOSE_MS = 60_000;

/**
 * Sends inputs as `sendInputs` does, and then tells the other side that nothing more comes. After that, the other side has to close
 * each connection.
 * @returns what was received for each input
 * @throws Error naming an input whose connection stays open
 */
export async function exchangeInputs(port: number, inputs: readonly Buffer[], complete: string): Promise<string[]> {
  const said = new AbortController();
  const received = Promise.all(inputs.map((bytes) => exchange(port, bytes, said.signal)));
  // A failure is thrown below, after the complete requests.
  received.catch(() => undefined);
  for (let i = 0; i < COMPLETE_REQUESTS; i++) await sendRaw(port, complete);
  said.abort();
  return received;
}

function exchange(port: number, bytes: Buffer, said: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      socket.end();
      timer = setTimeout(() => {
        reject(new Error(`the connection stays open after ${JSON.stringify(bytes.toString('latin1').slice(0, 4000))}`));
        socket.destroy();
      }, CLOSE_MS);
    };
    if (said.aborted) end();
    else said.addEventListener('abort', end);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (received += text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      said.removeEventListener('abort', end);
      resolve(received);
    });
    socket.write(bytes);
  });
}

/** Time between two writes to a connection that the other side has ended, in ms. */
const WRITE_MS = 2500;

/**
 * Sends bytes, and does not close the connection when the other side has ended its part. Resolves when the other side has dropped the
 * connection.
 * @returns what was received
 */
export function untilDropped(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let received = '';
    let timer: NodeJS.Timeout | undefined;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (received += text));
    // Only a write shows that the other side no longer has the connection. The other side waits until nothing has come for a while.
    socket.on('end', () => (timer = setInterval(() => socket.write('x'), WRITE_MS)));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      resolve(received);
    });
    socket.write(bytes);
  });
}

/** The statuses of all responses in what was received. */
export const statusesIn = (received: string): number[] =>
  Array.from(received.matchAll(/^HTTP\/1\.1 (\d{3})(?: [^\r\n]*)?\r$/gm), ([, status]) => Number(status));

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
