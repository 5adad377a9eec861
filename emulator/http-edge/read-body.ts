import type { IncomingMessage } from 'node:http';

/** Whether the `Content-Length` of a request is above `maxBytes`. */
export const announcesMoreThan = (maxBytes: number, { headers }: IncomingMessage): boolean =>
  Number(headers['content-length'] ?? 0) > maxBytes;

/**
 * Reads a request's body. A body that is too large is read to its end and discarded, so that a client that is still
 * sending can receive the answer.
 * @returns `too-large` as soon as the body exceeds `maxBytes`, `aborted` when the sender closed the connection
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'too-large' | 'aborted'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = announcesMoreThan(maxBytes, request) ? Infinity : 0;
    if (bytes > maxBytes) resolve('too-large');
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else resolve('too-large');
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve('aborted'));
    request.on('close', () => resolve('aborted'));
  });
}
