import http from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Names and values as received, alternating. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
  /** Time from the first byte sent to the last byte received, in ms. */
  readonly ms: number;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** Aborts the request. */
  readonly signal?: AbortSignal;
}

/**
 * Sends one request over a new connection. Does not follow redirects, decode bodies or normalise paths.
 * @param url scheme, host and port only
 * @param path path and query, exactly as sent on the request line
 */
export function ask(url: string, path: string, { method = 'GET', headers = {}, body, signal }: Ask = {}): Promise<Reply> {
  const { hostname, port } = new URL(url);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path, method, headers, agent: false, ...(signal && { signal }) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          body: bytes,
          text: bytes.toString(),
          ms: performance.now() - startedAt,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
