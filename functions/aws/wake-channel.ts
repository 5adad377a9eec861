import type { Clock } from '../core/clock';
import { Mailbox } from '../core/mailbox';
import { parseWake, type Wake, type WakeChannel, type WakeSubscription } from '../core/wake';

/** The part of a socket that the channel uses. */
export interface WakeConnection {
  /** The connection's id on the wake channel. */
  readonly id: string;
  readonly isOpen: boolean;
  /** In ms since the epoch. */
  readonly openedAt: number;
  /** Time since the last message, in ms. */
  idleMs(now: number): number;
  /** Whether a reply to a probe comes within `timeoutMs`. */
  hello(timeoutMs: number): Promise<boolean>;
  close(): void;
}

export interface WakeChannelOptions {
  /** Opens a socket that passes its messages to `onMessage`. */
  readonly open: (onMessage: (message: unknown) => void) => Promise<WakeConnection>;
  readonly clock: Clock;
  /** Idle time after which the socket is probed before it is trusted, in ms. */
  readonly idleMs: number;
  /** Longest wait for a probe or a new socket, in ms; after this the request polls. */
  readonly readyMs: number;
  /** Age at which the socket is replaced, in ms. */
  readonly rotateMs: number;
  readonly observer: {
    /** A socket was opened; `replacing` is true if it replaces an older socket. */
    opened(replacing: boolean): void;
    openFailed(error: unknown): void;
    /** A wake for a request that nobody here waits for, or no longer waits for. */
    stale(wake: Wake): void;
  };
}

/**
 * The wake channel over a WebSocket: one socket per execution environment, opened at first use and kept across invocations. After
 * a freeze of seconds, the socket is good; after half a minute, it is doubtful; after minutes, it is dead. The first write to a
 * dead socket can look successful, so only a reply proves that the socket works.
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

  /** Returns a socket that works. If there is none, a new socket is opened, even if that takes longer than the caller waits. */
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
