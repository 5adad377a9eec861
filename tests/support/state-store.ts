import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listenOnAnyPort } from './listen';

/**
 * The parts of S3 that Terraform's backend uses, in memory: objects by path, listing, and the conditional put for Terraform's lock
 * (https://developer.hashicorp.com/terraform/language/backend/s3#state-locking).
 */
export class StateStore {
  /** `/bucket/key` → content. */
  readonly objects = new Map<string, string>();
  /** All requests in order, such as `PUT /bucket/key`. */
  readonly requests: string[] = [];
  /** The encryption for which each PUT asks instead of the bucket's own. */
  readonly encryptions: (string | undefined)[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  static async start(): Promise<StateStore & { readonly port: number }> {
    const store = new StateStore();
    return Object.assign(store, { port: await listenOnAnyPort(store.server) });
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const { method = 'GET' } = request;
    const body = await bodyOf(request);
    const answer = (status: number, text = ''): void => void response.writeHead(status).end(text);
    if (searchParams.has('list-type')) return answer(200, this.listing(pathname, searchParams.get('prefix') ?? ''));
    this.requests.push(`${method} ${pathname}`);
    const content = this.objects.get(pathname);
    if (method === 'PUT') {
      if (request.headers['if-none-match'] === '*' && content !== undefined) return answer(412, error('PreconditionFailed'));
      this.objects.set(pathname, body);
      this.encryptions.push(request.headers['x-amz-server-side-encryption']?.toString());
      return answer(200);
    }
    if (method === 'DELETE') {
      this.objects.delete(pathname);
      return answer(204);
    }
    if (content === undefined) return answer(404, error('NoSuchKey'));
    // Terraform requests the object in parts. This answer says that there is only one part.
    const bytes = Buffer.byteLength(content);
    response.writeHead(206, {
      'content-length': bytes,
      'content-range': `bytes 0-${bytes - 1}/${bytes}`,
    });
    response.end(method === 'HEAD' ? undefined : content);
  }

  private listing(bucket: string, prefix: string): string {
    const keys = [...this.objects.keys()].map((path) => path.replace(`${bucket}/`, '')).filter((key) => key.startsWith(prefix));
    const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`;
  }
}

const error = (code: string): string => `<Error><Code>${code}</Code></Error>`;

/** The body of a request, without the frames and the trailer of `aws-chunked`, the encoding that the SDK uses. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  let raw = Buffer.concat(chunks).toString('latin1');
  if (!request.headers['content-encoding']?.includes('aws-chunked')) return Buffer.from(raw, 'latin1').toString();
  let body = '';
  for (;;) {
    const [line = ''] = raw.split('\r\n', 1);
    const size = parseInt(line, 16);
    if (!(size > 0)) return Buffer.from(body, 'latin1').toString();
    const start = line.length + 2;
    body += raw.slice(start, start + size);
    raw = raw.slice(start + size + 2);
  }
}
