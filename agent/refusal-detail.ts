import type { IncomingMessage } from 'node:http';

const MOST_CHARACTERS = 1024;
const LONGEST_WAIT_MS = 1000;

/**
 * Reads the cloud's reason for a refused upgrade: a short text body, or the `message` of a JSON body, as API Gateway itself sends.
 * Undefined when there is nothing to quote. Ends the response.
 */
export async function readRefusalDetail(response: IncomingMessage): Promise<string | undefined> {
  const text = await readShort(response);
  if (text === undefined || text === '') return undefined;
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return text.startsWith('<') ? undefined : text;
  }
}

async function readShort(response: IncomingMessage): Promise<string | undefined> {
  const timer = setTimeout(() => response.destroy(), LONGEST_WAIT_MS);
  try {
    let text = '';
    for await (const chunk of response as AsyncIterable<Buffer>) {
      text += chunk.toString();
      if (text.length > MOST_CHARACTERS) return undefined;
    }
    return text.trim();
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
