import type { Clock } from '../core/clock';
import { Mailbox } from '../core/mailbox';
import { parseWake, type Wake, type WakeChannel, type WakeSubscription } from '../core/wake';

/** What the channel needs of its socket. */
export interface WakeConnection {
  /** The connection's id on the wake channel. */
  readonly id: string;
  readonly isOpen: boolean;
  /** In ms since the epoch. */
  readonly openedAt: number;
  /** Time since anything was heard, in ms. */
  idleMs(now: number): number;
  /** Whether a sign of life comes within `timeoutMs`. */
  hello(timeoutMs: number): Promise<boolean>;
  close(): void;
}

export interface WakeChannelOptions {
  /** Opens a socket that hands what it hears to `onMessage`. */
  readonly open: (onMessage: (message: unknown) => void) => Promise<WakeConnection>;
  readonly clock: Clock;
  /** Idle time after which the socket is probed before it is trusted, in ms. */
  readonly idleMs: number;
  /** Wait for a probe or a new socket before the request polls, in ms. */
  readonly readyMs: number;
  /** Age at which the socket is replaced, in ms. */
  readonly rotateMs: number;
  readonly observer: {
    /** A socket was (re)opened, or could not be. */
    opened(replacing: boolean): void;
    openFailed(error: unknown): void;
    /** A wake for a request that nobody here waits for (any more). */
    stale(wake: Wake): void;
  };
}

/**
 * The wake channel over a WebSocket: one socket per execution environment, opened lazily, kept across invocations, and
 * distrusted after a freeze: good after seconds, doubtful after half a minute, dead after minutes, and the first write to
 * a dead one can look successful. So only an answer proves it.
 */
export function socketWakeChannel(options: WakeChannelOptions): WakeChannel {
  const { clock, observer } = options;
  const inboxes = new Map<string, Mailbox<Wake>>();
  let current: WakeConnection | undefined;
  let opening: Promise<WakeConnection | undefined> | undefined;

  const hear = (message: unknown): void => {
    const wake = parseWake(message);
    if (!wake) return;
    const inbox = inboxes.get(wake.requestId);
    if (inbox) inbox.deliver(wake);
    else observer.stale(wake);
  };

  const reopen = (): Promise<WakeConnection | undefined> => {
    opening ??= (async () => {
      const old = current;
      try {
        current = await options.open(hear);
        observer.opened(old !== undefined);
        old?.close();
        return current;
      } catch (error) {
        observer.openFailed(error);
        return undefined;
      } finally {
        opening = undefined;
      }
    })();
    return opening;
  };

  /** A socket that has just proved to carry; while none does, a new one is opened, also beyond the wait for it. */
  const usable = async (): Promise<WakeConnection | undefined> => {
    const socket = current;
    if (!socket?.isOpen || clock.now() - socket.openedAt > options.rotateMs) return reopen();
    if (socket.idleMs(clock.now()) <= options.idleMs) return socket;
    if (await socket.hello(options.readyMs)) return socket;
    void reopen();
    return undefined;
  };

  return {
    async subscribe(requestId): Promise<WakeSubscription | undefined> {
      const patience = new AbortController();
      const tooLate = clock.sleep(options.readyMs, patience.signal).then(() => undefined);
      const socket = await Promise.race([usable(), tooLate]);
      patience.abort();
      if (!socket) return undefined;
      const inbox = new Mailbox<Wake>();
      inboxes.set(requestId, inbox);
      return { waiterConnectionId: socket.id, inbox, close: () => inboxes.delete(requestId) };
    },
  };
}
