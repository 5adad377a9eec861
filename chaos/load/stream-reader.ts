import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { BodyCheck } from './stream-body';

/** How a visitor reads. */
export interface Reading {
  /** Reads nothing for so long after so many bytes. */
  readonly pause?: { readonly afterBytes: number; readonly ms: number };
  /** Goes away after so many bytes. */
  readonly leavesAfterBytes?: number;
}

export interface StreamReply {
  /** 0 when no response came. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The first bytes of the body, for errors. */
  readonly text: string;
  /** Why the answer is missing or ended before its end; missing for a clean end. */
  readonly failure?: string;
  readonly hasLeft: boolean;
}

export interface StreamRequest {
  readonly url: string;
  readonly body: Buffer | undefined;
  readonly signal: AbortSignal;
}

/** Enough to recognize an error, in bytes. */
const TEXT_BYTES = 1024;

/** Asks for an answer and compares it while it comes. Never rejects. */
export function readStream({ url, body, signal }: StreamRequest, reading: Reading, check: BodyCheck): Promise<StreamReply> {
  return new Promise((resolve) => {
    let text = '';
    let hasLeft = false;
    let head: Pick<StreamReply, 'status' | 'headers'> = { status: 0, headers: {} };
    const end = (failure?: string): void => resolve({ ...head, text, hasLeft, ...(failure !== undefined && { failure }) });
    const fail = ({ code, name }: NodeJS.ErrnoException): void => end(code ?? name);
    const request = http.request(url, { agent: false, method: body ? 'POST' : 'GET', signal }, (response) => {
      head = { status: response.statusCode ?? 0, headers: response.headers };
      let read = 0;
      const pauses = pauseOnce(response, reading.pause);
      response.on('data', (bytes: Buffer) => {
        read += bytes.length;
        if (text.length < TEXT_BYTES) text += bytes.subarray(0, TEXT_BYTES).toString();
        check.add(bytes);
        if (read >= (reading.leavesAfterBytes ?? Infinity)) {
          hasLeft = true;
          request.destroy();
          end('left');
        } else pauses(read);
      });
      response.on('end', () => end(response.complete ? undefined : 'incomplete'));
      response.on('error', fail);
    });
    request.on('error', fail);
    request.end(body);
  });
}

function pauseOnce(response: IncomingMessage, pause: Reading['pause']): (read: number) => void {
  let isOver = pause === undefined;
  return (read) => {
    if (isOver || !pause || read < pause.afterBytes) return;
    isOver = true;
    response.pause();
    setTimeout(() => response.resume(), pause.ms);
  };
}
