import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, Provider } from '@smithy/types';
import { once } from 'node:events';
import WebSocket from 'ws';
import { WAKE_SPANS } from '../span-names';
import { openSpan } from '../tracing';
import { NodeSha256 } from './node-sha256';
import type { WakeConnection } from './wake-channel';

/**
 * One connection to the wake channel. The channel's `$connect` requires a SigV4 signature. Its route `hello` answers with the
 * connection's own id, which a client cannot learn in another way. The answer also proves that the socket works.
 */
export class WakeSocket implements WakeConnection {
  private connectionId: string | undefined;
  /** Ends a hello that waits for its answer. */
  private readonly hellos = new Set<(alive: boolean) => void>();
  /** How many hellos have no answer yet, those that have timed out included. */
  private unanswered = 0;
  readonly closed: Promise<void>;

  private constructor(
    private readonly socket: WebSocket,
    private readonly onMessage: (message: unknown) => void,
  ) {
    socket.on('message', (data: Buffer) => this.receive(data.toString()));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.endHellos(false);
        resolve();
      });
    });
    socket.on('error', () => socket.terminate());
  }

  /**
   * Opens a socket and learns its connection id.
   * @throws Error when the channel cannot be reached, refuses, or does not answer within `timeoutMs`
   */
  static async open(options: {
    url: URL;
    region: string;
    credentials: Provider<AwsCredentialIdentity>;
    timeoutMs: number;
    onMessage: (message: unknown) => void;
  }): Promise<WakeSocket> {
    const { url, timeoutMs } = options;
    const socket = new WebSocket(url, {
      headers: await signedHeaders(options),
      handshakeTimeout: timeoutMs,
      perMessageDeflate: false,
    });
    // An error event without a listener would end the process, so the socket always has one.
    socket.on('error', () => undefined);
    const connect = openSpan(WAKE_SPANS.connect, {});
    await once(socket, 'open').catch((error: unknown) => {
      connect.close({ failed: true });
      throw error;
    });
    connect.close();
    const opened = new WakeSocket(socket, options.onMessage);
    if (await opened.hello(timeoutMs)) return opened;
    opened.close();
    throw new Error('the wake channel did not answer the hello message');
  }

  get id(): string {
    if (this.connectionId === undefined) throw new Error('the wake socket has no connection id before its hello is answered');
    return this.connectionId;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Sends a probe; false when no reply comes within `timeoutMs`. */
  hello(timeoutMs: number): Promise<boolean> {
    if (!this.isOpen) return Promise.resolve(false);
    this.unanswered += 1;
    const span = openSpan(WAKE_SPANS.hello, {});
    this.socket.send(JSON.stringify({ action: 'hello' }));
    return new Promise((resolve) => {
      const end = (alive: boolean): void => {
        clearTimeout(timer);
        this.hellos.delete(end);
        span.close({ failed: !alive });
        resolve(alive);
      };
      const timer = setTimeout(() => end(false), timeoutMs);
      this.hellos.add(end);
    });
  }

  close(): void {
    this.socket.close();
    // A dead peer never confirms the close.
    setTimeout(() => this.socket.terminate(), 1000).unref();
  }

  private receive(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    const id = (message as { connectionId?: unknown } | null)?.connectionId;
    if (typeof id !== 'string') return this.onMessage(message);
    this.connectionId = id;
    // An answer does not name its hello, and may belong to an earlier one that was sent before a freeze. So the last answer proves it.
    this.unanswered -= 1;
    if (this.unanswered === 0) this.endHellos(true);
  }

  private endHellos(alive: boolean): void {
    for (const end of this.hellos) end(alive);
  }
}

async function signedHeaders(options: {
  url: URL;
  region: string;
  credentials: Provider<AwsCredentialIdentity>;
}): Promise<Record<string, string>> {
  const { url, region, credentials } = options;
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: NodeSha256 });
  const { headers } = await signer.sign({
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host },
  });
  return headers;
}
