import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request to the demo service with its complete body, and the response to write. */
export interface DemoExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly query: URLSearchParams;
}

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Header fields as received, with the original spelling, order and repeats. */
export function receivedHeaders({ rawHeaders }: IncomingMessage): HeaderList {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.push([rawHeaders[i] as string, rawHeaders[i + 1] as string]);
  return headers;
}

export function sendHtml(response: ServerResponse, status: number, html: string): void {
  send(response, status, 'text/html; charset=utf-8', html);
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'text/plain; charset=utf-8', text);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json', `${JSON.stringify(value, null, 2)}\n`);
}

export function sendBytes(response: ServerResponse, bytes: Buffer): void {
  send(response, 200, 'application/octet-stream', bytes);
}

function send(response: ServerResponse, status: number, type: string, content: string | Buffer): void {
  const isBodiless = status === 204 || status === 304;
  response.writeHead(status, isBodiless ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(content) });
  response.end(isBodiless ? undefined : content);
}
