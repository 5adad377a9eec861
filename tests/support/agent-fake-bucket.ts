import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BodyRef, UploadRequestMessage, UploadUrlMessage } from '../../protocol';
import { listenOnAnyPort } from './listen';

/** A text in the query of every presigned URL. It must not appear anywhere else. */
export const CANARY_SIGNATURE = 'canary-signature-7d1e';

/** A wrong answer of the bucket: a status, a cut connection, or other bytes for a GET. */
type Fault = number | 'cut' | { readonly bytes: Buffer; readonly declared?: number };

interface Upload {
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export const refOf = (body: Buffer): BodyRef => ({
  bytes: body.length,
  sha256: createHash('sha256').update(body).digest('base64'),
});

/** A bucket behind presigned URLs. The bucket accepts only bodies that were signed, and checks them as S3 does. */
export class FakeBucket {
  readonly objects = new Map<string, Buffer>();
  readonly uploads: Upload[] = [];
  /** All requests, as `GET /path` and `PUT /path`, in the order of arrival, including failed ones. */
  readonly seen: string[] = [];
  /** Faults for the next requests, one for each. */
  faults: Fault[] = [];
  /** True: the bucket reads bodies slowly and never answers. */
  isStuck = false;
  connections = 0;

  private readonly signed = new Map<string, BodyRef>();
  private readonly server = http.createServer((request, response) => void this.answer(request, response));
  private port = 0;
  private issued = 0;

  static async start(): Promise<FakeBucket> {
    const bucket = new FakeBucket();
    bucket.server.on('connection', () => (bucket.connections += 1));
    bucket.port = await listenOnAnyPort(bucket.server);
    return bucket;
  }

  /** Stores a body for a GET. @returns the `body_ref` for a request */
  holding(body: Buffer): BodyRef & { url: string } {
    const path = `/requests/${(this.issued += 1)}`;
    this.objects.set(path, body);
    return { ...refOf(body), url: this.url(path) };
  }

  /** Signs a URL for the upload of a body. */
  place({ request_id, bytes, sha256 }: UploadRequestMessage): UploadUrlMessage {
    const path = `/responses/${request_id}/${(this.issued += 1)}`;
    this.signed.set(path, { bytes, sha256 });
    return { type: 'upload_url', request_id, url: this.url(path), headers: { 'x-amz-checksum-sha256': sha256 } };
  }

  async openConnections(): Promise<number> {
    return new Promise((resolve, reject) => this.server.getConnections((error, count) => (error ? reject(error) : resolve(count))));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private url = (path: string): string => `http://127.0.0.1:${this.port}${path}?X-Amz-Signature=${CANARY_SIGNATURE}`;

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.replace(`?X-Amz-Signature=${CANARY_SIGNATURE}`, '') ?? '';
    this.seen.push(`${request.method} ${path}`);
    if (this.isStuck) return readSlowly(request);
    const fault = this.faults.shift();
    if (fault === 'cut') return void request.socket.destroy();
    if (typeof fault === 'number') return void response.writeHead(fault, { location: '/elsewhere' }).end();
    if (request.method === 'PUT') return this.put(path, request, response);
    const body = fault?.bytes ?? this.objects.get(path);
    if (!body) return void response.writeHead(404).end();
    if (fault?.declared === undefined) return void response.writeHead(200, { 'content-length': body.length }).end(body);
    response.writeHead(200, { 'content-length': fault.declared }).write(body);
    setTimeout(() => request.socket.destroy(), 10);
  }

  private async put(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    const { headers } = request;
    this.uploads.push({ headers, body });
    const signed = this.signed.get(path);
    const isAsSigned = Number(headers['content-length']) === signed?.bytes && headers['x-amz-checksum-sha256'] === signed.sha256;
    if (!isAsSigned) return void response.writeHead(403).end();
    if (refOf(body).sha256 !== signed.sha256) return void response.writeHead(400).end();
    this.objects.set(path, body);
    response.writeHead(200).end();
  }
}

/** Reads about 3 MB/s. The sender is slowed down too, because the kernel cannot buffer a whole body. */
async function readSlowly(request: IncomingMessage): Promise<void> {
  try {
    for await (const _chunk of request) await sleep(20);
  } catch {
    // The sender has closed the connection.
  }
}
