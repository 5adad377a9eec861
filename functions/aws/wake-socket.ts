import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { once } from 'node:events';
import WebSocket from 'ws';
import type { WakeConnection } from './wake-channel';

/**
 * One connection to the wake channel. The channel's `$connect` requires a SigV4 signature. Its route `hello` answers with the
 * connection's own id, which a client cannot learn in another way. The answer also proves that the socket works.
 */
export class WakeSocket implements WakeConnection {
  private connectionId: string | undefined;
  private readonly hellos: ((alive: boolean) => void)[] = [];

  private constructor(
    private readonly socket: WebSocket,
    private readonly onMessage: (message: unknown) => void,
    /** When the socket was opened, and when it last received a message. In ms of the wall clock, because timers stand still in a freeze. */
    readonly openedAt: number,
    private heardAt: number,
  ) {
    socket.on('message', (data: Buffer) => this.receive(data.toString()));
    socket.on('close', () => this.answerHellos(false));
    socket.on('error', () => socket.terminate());
  }

  /**
   * Opens a socket and learns its connection id.
   * @throws Error when the channel cannot be reached, refuses, or does not answer within `timeoutMs`
   */
  static async open(options: {
    url: URL;
    region: string;
    credentials: AwsCredentialIdentityProvider;
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
    await once(socket, 'open');
    const now = Date.now();
    const opened = new WakeSocket(socket, options.onMessage, now, now);
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

  idleMs(now: number): number {
    return now - this.heardAt;
  }

  /** Sends a probe; false when no reply comes within `timeoutMs`. */
  async hello(timeoutMs: number): Promise<boolean> {
    if (!this.isOpen) return false;
    const answered = new Promise<boolean>((resolve) => this.hellos.push(resolve));
    this.socket.send(JSON.stringify({ action: 'hello' }));
    const timer = setTimeout(() => this.answerHellos(false), timeoutMs);
    try {
      return await answered;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.socket.close();
    // A dead peer never confirms the close.
    setTimeout(() => this.socket.terminate(), 1000).unref();
  }

  private receive(text: string): void {
    this.heardAt = Date.now();
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    const id = (message as { connectionId?: unknown } | null)?.connectionId;
    if (typeof id !== 'string') return this.onMessage(message);
    this.connectionId = id;
    this.answerHellos(true);
  }

  private answerHellos(alive: boolean): void {
    for (const resolve of this.hellos.splice(0)) resolve(alive);
  }
}

async function signedHeaders(options: {
  url: URL;
  region: string;
  credentials: AwsCredentialIdentityProvider;
}): Promise<Record<string, string>> {
  const { url, region, credentials } = options;
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host },
  });
  return headers;
}
