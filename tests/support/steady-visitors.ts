import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenOnAnyPort } from './listen';
import type { Ask, Reply } from './http-client';

/** What a request asks of the service. */
interface Kind {
  readonly name: string;
  /** How long the service takes, in ms. */
  readonly serviceMs: number;
  readonly requestBytes: number;
  readonly answerBytes: number;
}

const KINDS: readonly Kind[] = [
  { name: 'small', serviceMs: 0, requestBytes: 10, answerBytes: 100 },
  { name: 'slow', serviceMs: 500, requestBytes: 0, answerBytes: 1000 },
  // Does not fit a wake, so that its body goes through the bucket.
  { name: 'large', serviceMs: 0, requestBytes: 40_000, answerBytes: 60_000 },
  { name: 'slower', serviceMs: 2000, requestBytes: 0, answerBytes: 10_000 },
  // Fits no message of the agent, which uploads the body. The same goes for the request's body, which the agent downloads.
  { name: 'huge', serviceMs: 0, requestBytes: 200_000, answerBytes: 200_000 },
];

/** A request that was answered. Times are in ms since the epoch. */
export interface Visited {
  readonly kind: string;
  readonly tunnel: string;
  readonly nonce: string;
  readonly sentAt: number;
  readonly answeredAt: number;
  /** The id that the cloud gave to the request. */
  readonly requestId: string;
  /** The status, followed by what the visitor got if it was not the answer that the service made for this request. */
  readonly outcome: string;
}

/** The outcome of a request that got its own answer. */
export const OWN_ANSWER = '200';

/** Visitors who send one request after the other, and the local service that they ask. */
export class SteadyVisitors {
  readonly visited: Visited[] = [];
  /** How often the service got each request, by its nonce. */
  readonly sightings = new Map<string, number>();
  private readonly stopping = new AbortController();
  private readonly loops: Promise<void>[] = [];

  private constructor(
    private readonly visit: (path: string, ask: Ask, tunnel: string) => Promise<Reply>,
    private readonly server: Server,
    readonly servicePort: number,
  ) {}

  static async start(visit: SteadyVisitors['visit']): Promise<SteadyVisitors> {
    const server = createServer((request, response) => {
      const content = contentOf(request.url ?? '');
      const body: Buffer[] = [];
      request.on('data', (chunk: Buffer) => body.push(chunk));
      request.on('end', () => {
        const answer = visitors.sight(content);
        setTimeout(() => response.end(content.isIntact(Buffer.concat(body)) ? answer : 'damaged'), content.kind.serviceMs);
      });
    });
    const visitors: SteadyVisitors = new SteadyVisitors(visit, server, await listenOnAnyPort(server));
    return visitors;
  }

  /** Notes that the service, or an agent without a service, has got a request. @returns the answer */
  sight({ nonce, kind }: Content): Buffer {
    this.sightings.set(nonce, (this.sightings.get(nonce) ?? 0) + 1);
    return answerTo(nonce, kind.answerBytes);
  }

  /** Lets visitors come to a tunnel, and send requests of these kinds; by default of all kinds. */
  come(tunnel: string, count: number, kinds: readonly string[] = KINDS.map(({ name }) => name)): void {
    const chosen = KINDS.filter(({ name }) => kinds.includes(name));
    for (let i = 0; i < count; i++) this.loops.push(this.loop(tunnel, chosen, i));
  }

  /** Resolves when the visitors have got their last answers. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.loops);
    this.server.close();
  }

  /**
   * Resolves when `count` requests of each kind to a tunnel have been sent from now on and answered.
   * @returns all requests to that tunnel that were sent and answered meanwhile
   */
  async answeredFromNow(to: string, count: number): Promise<readonly Visited[]> {
    const begin = Date.now();
    const answered = (): Visited[] => this.visited.filter(({ tunnel, sentAt }) => tunnel === to && sentAt >= begin);
    while (KINDS.some(({ name }) => answered().filter(({ kind }) => kind === name).length < count)) await sleep(20);
    return answered();
  }

  private async loop(tunnel: string, kinds: readonly Kind[], first: number): Promise<void> {
    for (let i = first; !this.stopping.signal.aborted; i++) await this.send(tunnel, kinds[i % kinds.length] as Kind);
  }

  private async send(tunnel: string, kind: Kind): Promise<void> {
    const nonce = randomUUID();
    const sentAt = Date.now();
    const body = randomBytes(kind.requestBytes);
    const how: Ask = kind.requestBytes > 0 ? { method: 'POST', body } : {};
    const noted = { kind: kind.name, tunnel, nonce, sentAt };
    const { requestId, outcome } = await this.visit(`/${kind.name}/${nonce}/${digest(body)}`, how, tunnel).then(
      (reply) => ({
        requestId: String(reply.headers['x-tunnel-request-id']),
        outcome: `${reply.status}${reply.body.equals(answerTo(nonce, kind.answerBytes)) ? '' : ` ${reply.text.slice(0, 200)}`}`,
      }),
      (error: unknown) => ({ requestId: '', outcome: String(error) }),
    );
    this.visited.push({ ...noted, answeredAt: Date.now(), requestId, outcome });
  }
}

interface Content {
  readonly nonce: string;
  readonly kind: Kind;
  /** Whether the request's body has arrived as it was sent. */
  readonly isIntact: (body: Buffer) => boolean;
}

/** What is in a request's path: `/KIND/NONCE/DIGEST-OF-THE-BODY`. */
export function contentOf(path: string): Content {
  const [, name, nonce = '', expected] = path.split('/');
  const kind = KINDS.find((each) => each.name === name) as Kind;
  return { nonce, kind, isIntact: (body) => digest(body) === expected };
}

const digest = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

/** The answer that only this request may get: its nonce, again and again. */
const answerTo = (nonce: string, bytes: number): Buffer => Buffer.alloc(bytes, nonce);
