import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoExchange } from './demo-exchange';

const TICK_MS = 1000;
/** The stream ends after so many events, and an EventSource opens it again: a function URL does not tell that a visitor has left. */
const MOST_TICKS = 60;
const REOPEN_MS = 500;
/** 20 tokens a second. */
const TOKEN_MS = 50;
const MOST_QUOTED_WORDS = 12;

/**
 * Server-sent events with the time of this machine, one a second. In a stream that is opened again, the numbers go on. `?events=3` ends
 * the stream after three events.
 */
export async function clock(exchange: DemoExchange): Promise<void> {
  const { request, response, query } = exchange;
  begin(exchange, 'text/event-stream');
  // Answers at once, so that the page can ask what this address does with event streams.
  if (request.method === 'HEAD') return void response.end();
  response.write(`retry: ${REOPEN_MS}\n\n`);
  const first = wholeNumber(request.headers['last-event-id']) + 1;
  const count = query.has('events') ? wholeNumber(query.get('events') ?? '') : MOST_TICKS;
  await sendSlowly(exchange, count, (index) => `id: ${first + index}\ndata: ${new Date().toISOString()}\n\n`, TICK_MS);
}

/** Answers a message of a form, or of the query, token by token. The answer is made up here. */
export async function chat(exchange: DemoExchange): Promise<void> {
  const { request, body, query } = exchange;
  const fields = request.method === 'POST' ? new URLSearchParams(body.toString('utf8')) : query;
  begin(exchange, 'text/plain; charset=utf-8');
  const tokens = tokensOf(answerTo(fields.get('message') ?? ''));
  await sendSlowly(exchange, tokens.length, (index) => tokens[index] ?? '', TOKEN_MS);
}

/** The page may come from another address of the tunnel than its streams. Nothing here is secret or changes anything, so every origin may read it. */
function begin({ response }: DemoExchange, type: string): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', 'access-control-allow-origin': '*' });
}

/** Sends `count` texts with pauses between them. Each text is made when it is sent. Ends early when the visitor has left. */
async function sendSlowly({ response }: DemoExchange, count: number, textAt: (index: number) => string, pauseMs: number): Promise<void> {
  const visitorLeft = new AbortController();
  response.once('close', () => visitorLeft.abort());
  for (let index = 0; index < count; index += 1) {
    if (index > 0) await sleep(pauseMs, undefined, { signal: visitorLeft.signal });
    response.write(textAt(index));
  }
  response.end();
}

function answerTo(message: string): string {
  const words = message.split(/\s+/).filter((word) => word !== '');
  const quoted = words.slice(0, MOST_QUOTED_WORDS).join(' ') + (words.length > MOST_QUOTED_WORDS ? ' …' : '');
  const heard =
    words.length === 0 ? 'You sent no words.' : `You wrote: “${quoted}”. That is ${words.length} ${words.length === 1 ? 'word' : 'words'}.`;
  return `${heard} I am no language model: the demo service makes this answer up, and sends twenty tokens a second. If they come one by one, your tunnel streams.\n`;
}

/** Words, each with the space before it. */
const tokensOf = (text: string): string[] => text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];

/** 0 for everything else. */
const wholeNumber = (text: string | string[] | undefined): number =>
  typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : 0;
