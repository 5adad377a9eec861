import type { IncomingMessage } from 'node:http';

/**
 * Reads a request's body. A body that is too large is read to its end and thrown away, so that a sender that is still
 * sending can receive the answer.
 * @returns `too-large` as soon as that is certain, `aborted` when the sender went away
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'too-large' | 'aborted'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = Number(request.headers['content-length'] ?? 0) > maxBytes ? Infinity : 0;
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
