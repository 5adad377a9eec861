import { performance } from 'node:perf_hooks';
import { AgentOptionError } from './errors';
import { resolveHostHeader } from './host-header';
import { resolveTarget, type LocalTarget } from './local-target';
import { DEFAULT_TIMING, type Timing } from './timing';
import { checkAccess, type AccessOptions } from './visitor-access';

/** Options of an agent. Times are in ms. */
export interface AgentOptions {
  /** Where the agent gateway listens: `wss://…`, with its stage path. */
  readonly endpoint: string;
  /**
   * Sent as `Authorization: Bearer` on the upgrade, and nowhere else. A function is called for each connection, because tokens of an
   * identity provider expire soon.
   */
  readonly token: string | (() => string);
  /** Name of the tunnel; without one the cloud chooses. */
  readonly name?: string;
  /** The local service. `host` is 127.0.0.1 when left out. */
  readonly target: { readonly host?: string; readonly port: number };
  /** Allows a target that is not on this machine. */
  readonly allowRemoteTarget?: boolean;
  /**
   * Host header for the local service: `preserve` (default) keeps the visitor's, `rewrite` sends the service's own address, any other text
   * is sent as it is.
   */
  readonly hostHeader?: string;
  /**
   * How long the local service may take for a whole answer; default 25 000. Where the answer may be sent as a stream, for the head of the answer,
   * without a default: until the request's deadline.
   */
  readonly requestTimeoutMs?: number;
  /** How long the upgrade may take, and then the cloud's `connection_established`; default 10 000 each. */
  readonly connectTimeoutMs?: number;
  /** Most requests at the local service at once; the next one is answered with 429. Default 100. */
  readonly maxInFlight?: number;
  /** Most bytes of the bodies of these requests; a request beyond the limit is answered with 429. Default 64 MB. */
  readonly maxBytesInFlight?: number;
  /** Who may visit; everybody when left out. The cloud lets nobody else through. */
  readonly access?: AccessOptions;
  /** Timeouts and intervals of the protocol; tests change them. */
  readonly timing?: Partial<Timing>;
  /** Wall clock, in ms since the epoch; default `Date.now`. */
  readonly now?: () => number;
  /** A clock that nobody sets, in ms; default `performance.now`. */
  readonly monotonic?: () => number;
  /** Draws from [0, 1) for jitter; default `Math.random`. */
  readonly random?: () => number;
}

/** Options with every default filled in and every value checked. */
export interface AgentSettings {
  readonly endpoint: URL;
  readonly token: () => string;
  readonly name?: string;
  readonly target: LocalTarget;
  /** Host header for the local service; undefined keeps the visitor's. */
  readonly hostHeader: string | undefined;
  readonly requestTimeoutMs: number;
  /** For the head of an answer that may be sent as a stream; undefined: until the request's deadline. */
  readonly headTimeoutMs: number | undefined;
  readonly connectTimeoutMs: number;
  readonly maxInFlight: number;
  readonly maxBytesInFlight: number;
  readonly access: AccessOptions;
  readonly timing: Timing;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly random: () => number;
}

/** @throws AgentOptionError */
export function resolveOptions(options: AgentOptions): AgentSettings {
  const target = resolveTarget(options.target, options.allowRemoteTarget ?? false);
  const requestTimeoutMs = resolveTimeout('request timeout', options.requestTimeoutMs ?? 25_000);
  return {
    endpoint: resolveEndpoint(options.endpoint),
    token: tokenSource(options.token),
    ...(options.name === undefined ? {} : { name: resolveName(options.name) }),
    target,
    hostHeader: resolveHostHeader(options.hostHeader ?? 'preserve', target),
    requestTimeoutMs,
    headTimeoutMs: options.requestTimeoutMs === undefined ? undefined : requestTimeoutMs,
    connectTimeoutMs: resolveTimeout('connect timeout', options.connectTimeoutMs ?? 10_000),
    maxInFlight: resolveCount('requests in flight', options.maxInFlight ?? 100),
    maxBytesInFlight: resolveCount('bytes in flight', options.maxBytesInFlight ?? 64 * 1024 * 1024),
    access: checkAccess(options.access ?? {}),
    timing: { ...DEFAULT_TIMING, ...options.timing },
    now: options.now ?? Date.now,
    monotonic: options.monotonic ?? (() => performance.now()),
    random: options.random ?? Math.random,
  };
}

function resolveEndpoint(text: string): URL {
  const remedy = 'give the address of the agent gateway, such as wss://agents.example.com/prod';
  if (!URL.canParse(text)) throw new AgentOptionError(`endpoint "${text}" is not a URL: ${remedy}`);
  const url = new URL(text);
  if (url.protocol === 'ws:' || url.protocol === 'wss:') {
    url.hash = '';
    return url;
  }
  const webSocket = { 'http:': 'ws', 'https:': 'wss' }[url.protocol];
  const hint = webSocket ? `agents connect by WebSocket: did you mean ${webSocket}://${url.host}${url.pathname}?` : remedy;
  throw new AgentOptionError(`endpoint "${text}" starts with neither wss:// nor ws://: ${hint}`);
}

/** Checks the first token at once. If a later token cannot be read or is malformed, the last good token is used. */
function tokenSource(token: string | (() => string)): () => string {
  const draw = (): string => resolveToken(typeof token === 'function' ? token() : token);
  let last = draw();
  return () => {
    try {
      last = draw();
    } catch (error) {
      if (!(error instanceof AgentOptionError)) throw error;
    }
    return last;
  };
}

function resolveCount(what: string, count: number): number {
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new AgentOptionError(`${count} is not a limit of ${what}: give a whole number above 0`);
}

function resolveToken(token: string): string {
  if (token === '') throw new AgentOptionError('the token is empty: ask the operator of this tunnel for a token');
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new AgentOptionError('the token contains a space, a line break or another character that no token has: pass only the token');
}

function resolveName(name: string): string {
  if (name !== '') return name;
  throw new AgentOptionError('the name is empty: give a name, or leave out the option for a random name');
}

/** Longer than any request takes, and well within the limit of Node's timers. */
const LONGEST_TIMEOUT_MS = 60 * 60 * 1000;

function resolveTimeout(what: string, ms: number): number {
  if (ms > 0 && ms <= LONGEST_TIMEOUT_MS) return ms;
  throw new AgentOptionError(`${what} of ${ms / 1000} s is out of range: give more than 0 s and at most 3600 s`);
}
