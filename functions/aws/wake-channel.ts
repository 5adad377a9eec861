import { OVER, type Clock } from '../core/clock';
import { Mailbox } from '../core/mailbox';
import { parseWake, type Wake, type WakeChannel, type WakeSubscription } from '../core/wake';

/** The part of a socket that the channel uses. */
export interface WakeConnection {
  /** The connection's id on the wake channel. */
  readonly id: string;
  readonly isOpen: boolean;
  /** Whether a reply to a probe comes within `timeoutMs`. */
  hello(timeoutMs: number): Promise<boolean>;
  /** Resolves when the socket has closed. */
  readonly closed: Promise<void>;
  close(): void;
}

export interface WakeChannelOptions {
  /** Opens a socket that passes its messages to `onMessage`. */
  readonly open: (onMessage: (message: unknown) => void) => Promise<WakeConnection>;
  readonly clock: Clock;
  /** Time for which a socket is trusted after it was proven to work, in ms. Later it is probed first. */
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

/** A socket, and what the channel knows of it. Times are those of the wall clock, because timers stand still in a freeze. */
interface Line {
  readonly socket: WakeConnection;
  readonly openedAt: number;
  /** The socket worked at this time, or later. */
  provenAt: number;
}

interface Waiter {
  line: Line;
  readonly inbox: Mailbox<Wake>;
}

/**
 * The wake channel over a WebSocket: one socket per execution environment, opened at first use and kept across invocations. After
 * a freeze of seconds, the socket is good; after half a minute, it is doubtful; after minutes, it is dead. The first write to a
 * dead socket can look successful, so only a reply proves that the socket works. A message that arrives after a freeze may have
 * been sent before it, so it proves nothing unless somebody waits for it.
 *
 * A waiter has told others its connection id, so a socket that was replaced is closed only when nobody waits on it any more. While a
 * socket is replaced, requests wait for the new one: the old one may be dead.
 */
export function socketWakeChannel(options: WakeChannelOptions): WakeChannel {
  const { clock, observer } = options;
  const waiters = new Map<string, Waiter>();
  let current: Line | undefined;
  let opening: Promise<Line | undefined> | undefined;

  const hear = (message: unknown): void => {
    const wake = parseWake(message);
    if (!wake) return;
    const waiter = waiters.get(wake.requestId);
    if (!waiter) return observer.stale(wake);
    waiter.line.provenAt = clock.now();
    waiter.inbox.deliver(wake);
  };

  const closeUnused = (line: Line): void => {
    const isUsed = line === current || [...waiters.values()].some((waiter) => waiter.line === line);
    if (!isUsed) line.socket.close();
  };

  const reopen = (): Promise<Line | undefined> => {
    opening ??= (async () => {
      const openedAt = clock.now();
      try {
        const old = current;
        current = { socket: await options.open(hear), openedAt, provenAt: openedAt };
        observer.opened(old !== undefined);
        if (old) closeUnused(old);
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
  const usable = async (): Promise<Line | undefined> => {
    const line = current;
    const now = clock.now();
    if (opening || !line?.socket.isOpen || now - line.openedAt > options.rotateMs) return reopen();
    if (now - line.provenAt <= options.idleMs) return line;
    if (await line.socket.hello(options.readyMs)) {
      line.provenAt = now;
      return line;
    }
    void reopen();
    return undefined;
  };

  /** Gives a waiter a socket that works, if its own does not. */
  const renew = async (waiter: Waiter): Promise<boolean> => {
    const { line } = waiter;
    if (line.socket.isOpen && (await line.socket.hello(options.readyMs))) {
      line.provenAt = clock.now();
      return false;
    }
    const isReplaced = current !== line && current?.socket.isOpen === true;
    const other = isReplaced ? current : await reopen();
    if (!other) return false;
    waiter.line = other;
    closeUnused(line);
    return true;
  };

  return {
    async subscribe(requestId): Promise<WakeSubscription | undefined> {
      const patience = new AbortController();
      const tooLate = clock.sleep(options.readyMs, patience.signal).then(() => undefined);
      const line = await Promise.race([usable(), tooLate]);
      patience.abort(OVER);
      if (!line) return undefined;
      const waiter: Waiter = { line, inbox: new Mailbox<Wake>() };
      waiters.set(requestId, waiter);
      return {
        get waiterConnectionId() {
          return waiter.line.socket.id;
        },
        inbox: waiter.inbox,
        lost: () => waiter.line.socket.closed,
        renew: () => renew(waiter),
        close() {
          waiters.delete(requestId);
          closeUnused(waiter.line);
        },
      };
    },
  };
}
