import http from 'node:http';

/** A response that is read while it comes. */
export interface OpenStream {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** What has come so far. */
  text(): string;
  bytes(): number;
  /** Resolves when the response has ended: cleanly, or because the connection was reset. */
  readonly ended: Promise<'clean' | 'cut'>;
  /** Reads no further until `resume`. */
  pause(): void;
  resume(): void;
  leave(): void;
}

/** Sends a request over a new connection; resolves when the head of the response is there. */
export function openStream(url: string, path: string, headers: http.OutgoingHttpHeaders = {}): Promise<OpenStream> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = http.get({ hostname, port, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
      });
      const ended = new Promise<'clean' | 'cut'>((end) => {
        response.on('end', () => end(response.complete ? 'clean' : 'cut'));
        response.on('error', () => end('cut'));
        response.on('close', () => end(response.complete ? 'clean' : 'cut'));
      });
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: () => Buffer.concat(chunks).toString(),
        bytes: () => bytes,
        ended,
        pause: () => void response.pause(),
        resume: () => void response.resume(),
        leave: () => void request.destroy(),
      });
    });
    request.on('error', reject);
  });
}
