import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { receivedHeaders, sendBytes, sendHtml, sendJson, sendText, type DemoExchange } from './demo-exchange';
import { demoPage } from './demo-page';
import { chat, clock } from './demo-streams';

/** `argument` is the part of the path behind the endpoint's name, still encoded. */
type Answer = (exchange: DemoExchange, argument: string) => void | Promise<void>;

export interface DemoEndpoint {
  /** Matches the whole path; its first group is the argument. */
  readonly path: RegExp;
  readonly answer: Answer;
}

const LONGEST_DELAY_MS = 60_000;
const MOST_BYTES = 10 * 1024 * 1024;
/** Larger bodies are echoed by length and hash alone, so that an upload can be tried without a download. */
const MOST_ECHOED_BYTES = 64 * 1024;

const ENDPOINTS: readonly DemoEndpoint[] = [
  { path: /^\/()$/, answer: ({ request, response }) => sendHtml(response, 200, demoPage(request)) },
  { path: /^\/echo()$/, answer: echo },
  { path: /^\/clock()$/, answer: clock },
  { path: /^\/chat()$/, answer: chat },
  { path: /^\/delay\/([^/]*)$/, answer: delay },
  { path: /^\/big\/([^/]*)$/, answer: big },
  { path: /^\/cookies()$/, answer: setCookies },
  { path: /^\/cookies\/clear()$/, answer: clearCookies },
  { path: /^\/status\/([^/]*)$/, answer: status },
  { path: /^\/redirect()$/, answer: redirect },
  {
    path: /^\/binary()$/,
    answer: ({ response }) => sendBytes(response, Buffer.from(Array.from({ length: 256 }, (_, i) => i))),
  },
  { path: /^\/nonce\/(.*)$/, answer: ({ response }, nonce) => sendText(response, 200, nonce) },
];

export function findEndpoint(pathname: string): { endpoint: DemoEndpoint; argument: string } | undefined {
  for (const endpoint of ENDPOINTS) {
    const match = endpoint.path.exec(pathname);
    if (match) return { endpoint, argument: match[1] ?? '' };
  }
  return undefined;
}

/** Bytes that any reader can compute and compare: byte i is (i * 31 + i / 256) mod 256, rounded down. */
export function deterministicBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 1) bytes[i] = (i * 31 + (i >> 8)) & 0xff;
  return bytes;
}

function echo({ request, response, body }: DemoExchange): void {
  sendJson(response, 200, {
    method: request.method,
    url: request.url,
    headers: receivedHeaders(request),
    body: {
      length: body.length,
      sha256: createHash('sha256').update(body).digest('hex'),
      ...(body.length <= MOST_ECHOED_BYTES && contentOf(body)),
    },
  });
}

function contentOf(body: Buffer): { encoding: string; content: string } {
  const text = body.toString('utf8');
  const isText = Buffer.from(text).equals(body);
  return isText ? { encoding: 'utf8', content: text } : { encoding: 'base64', content: body.toString('base64') };
}

/** With `?say=text` the answer is that text, so that a caller can tell several answers apart. */
async function delay({ response, query }: DemoExchange, argument: string): Promise<void> {
  const ms = numberBetween(0, LONGEST_DELAY_MS, argument);
  if (ms === undefined) return sendText(response, 400, `/delay/<ms> takes a whole number from 0 to ${LONGEST_DELAY_MS}\n`);
  const visitorLeft = new AbortController();
  response.once('close', () => visitorLeft.abort());
  await sleep(ms, undefined, { signal: visitorLeft.signal });
  sendText(response, 200, query.get('say') ?? `waited ${ms} ms\n`);
}

function big({ response }: DemoExchange, argument: string): void {
  const length = numberBetween(0, MOST_BYTES, argument);
  if (length === undefined) return sendText(response, 400, `/big/<bytes> takes a whole number from 0 to ${MOST_BYTES}\n`);
  sendBytes(response, deterministicBytes(length));
}

/** Uses `Path=/`, so that `/cookies/clear` removes the same cookies, also below a path prefix. */
function setCookies({ request, response }: DemoExchange): void {
  response.setHeader('set-cookie', ['flavour=vanilla; Path=/', 'topping=cherries, sliced; Path=/; HttpOnly; SameSite=Lax']);
  sendJson(response, 200, { received: cookiesOf(request.headers.cookie), set: ['flavour', 'topping'] });
}

function clearCookies({ request, response }: DemoExchange): void {
  response.setHeader('set-cookie', ['flavour=; Path=/; Max-Age=0', 'topping=; Path=/; Max-Age=0']);
  sendJson(response, 200, { received: cookiesOf(request.headers.cookie), cleared: ['flavour', 'topping'] });
}

const cookiesOf = (header: string | undefined): string[] => (header ? header.split('; ') : []);

function status({ response }: DemoExchange, argument: string): void {
  const code = numberBetween(200, 599, argument);
  if (code === undefined) return sendText(response, 400, '/status/<code> takes a status from 200 to 599\n');
  sendText(response, code, `status ${code}\n`);
}

/** The redirect is relative, so that it leads to the same service when the tunnel is reached below a path prefix. */
function redirect({ response }: DemoExchange): void {
  response.setHeader('location', './echo?from=redirect');
  sendText(response, 302, 'see ./echo?from=redirect\n');
}

function numberBetween(least: number, most: number, text: string): number | undefined {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : undefined;
}
