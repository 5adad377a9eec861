import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HonestAgent } from './lab-agent';
import { Wire, type Message } from '../../rehearse/wire';

export interface OldAgentOptions {
  readonly endpoint: string;
  readonly token: string;
  readonly servicePort: number;
}

/** Wait between two attempts to connect, in ms. */
const RETRY_MS = 500;
/** The local service gets this long, in ms. */
const SERVICE_MS = 7000;
const PING_MS = 2000;

/** An agent of `ttf` 0.3: no name, no acknowledgements, no memory of what it has seen, and a new tunnel at each connection. */
export class OldAgent implements HonestAgent {
  tunnelId = 'nobody';
  private wire: Wire | undefined;
  private away = false;
  private stopped = false;
  private readonly pings: NodeJS.Timeout;

  constructor(private readonly options: OldAgentOptions) {
    this.pings = setInterval(() => this.wire?.send({ type: 'ping' }), PING_MS);
  }

  async start(): Promise<void> {
    while (!this.stopped && !this.away) {
      try {
        const { endpoint, token } = this.options;
        const wire = await Wire.connect(endpoint, { token }, (message) => void this.receive(message));
        if (this.stopped || this.away) return wire.vanish();
        this.wire = wire;
        this.tunnelId = wire.tunnelId;
        wire.onceClosed(() => void sleep(RETRY_MS).then(() => this.start()));
        return;
      } catch {
        await sleep(RETRY_MS);
      }
    }
  }

  async crash(forMs: number): Promise<void> {
    this.away = true;
    this.wire?.vanish();
    await sleep(forMs);
    this.away = false;
    await this.start();
  }

  async sleep(forMs: number): Promise<void> {
    const { wire } = this;
    wire?.pause(true);
    await sleep(forMs);
    wire?.pause(false);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.pings);
    this.wire?.vanish();
  }

  private async receive(message: Message): Promise<void> {
    if (message['type'] !== 'http_request') return;
    const { wire } = this;
    const request_id = message['request_id'];
    try {
      const { status, headers, body } = await this.ask(message);
      const fields = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat()]));
      wire?.send({ type: 'http_response', request_id, status_code: status, headers: fields, body: body.toString('base64') });
    } catch (error) {
      const isTimeout = (error as Error).name === 'AbortError' || (error as Error).name === 'TimeoutError';
      wire?.send({ type: 'error', request_id, code: isTimeout ? 'timeout' : 'local_service_unavailable', message: 'no answer' });
    }
  }

  private ask({ method, uri, body = '' }: Message): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          port: this.options.servicePort,
          host: '127.0.0.1',
          agent: false,
          method: String(method),
          path: String(uri),
          signal: AbortSignal.timeout(SERVICE_MS),
        },
        (response) => {
          buffer(response).then((bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }), reject);
        },
      );
      request.on('error', reject);
      request.end(Buffer.from(String(body), 'base64'));
    });
  }
}
