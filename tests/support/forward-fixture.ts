/** Everything that `forwardRequest` needs for one request, in memory and with a virtual clock. */
import { decodeCloudMessage, passwordDigest, type HttpRequestMessage } from '../../protocol';
import type { ForwardOptions } from '../../functions/core/forward-options';
import { Mailbox } from '../../functions/core/mailbox';
import type { RequestOutcome } from '../../functions/core/pending-request';
import type { Arrivals } from '../../functions/core/in-flight';
import type { Tunnel, TunnelLookUps } from '../../functions/core/tunnel';
import type { PostResult } from '../../functions/core/tunnel-agent';
import type { VisitorRequest } from '../../functions/core/visitor-request';
import type { Wake, WakeSubscription } from '../../functions/core/wake';
import { InMemoryBodies } from './in-memory-bodies';
import { InMemoryPending } from './in-memory-pending';
import { VirtualClock } from './virtual-clock';

export const TUNNEL: Tunnel = { tunnelId: 'demo', owner: 'ann', connectionId: 'c1', capabilities: [] };
export const OK: RequestOutcome = { kind: 'response', statusCode: 200, headers: { 'x-a': ['1'] }, body: Buffer.from('hello') };

/** Look-ups of tunnels, with a constant share. */
export const alwaysAt = (percent: number, find: TunnelLookUps['find'], arrivals: Arrivals = []): TunnelLookUps => ({
  find,
  lastPercent: percent,
  lookUp: async (tunnelId) => ({ tunnel: await find(tunnelId), arrivals, percent }),
});

/** A subscription whose socket never fails. */
export const subscriptionTo = (inbox: Mailbox<Wake>, close: () => unknown = () => undefined): WakeSubscription => ({
  waiterConnectionId: 'w1',
  inbox,
  lost: () => new Promise<void>(() => undefined),
  renew: async () => false,
  close: () => void close(),
});

/** A cloud for one request. If `outcome` is given, the agent answers every post with it. */
export function cloud(
  overrides: Partial<ForwardOptions> & {
    found?: (Tunnel | undefined)[];
    outcome?: RequestOutcome;
    posts?: PostResult[];
    arrivals?: Arrivals;
  } = {},
) {
  const clock = new VirtualClock();
  const pending = new InMemoryPending();
  const bodies = new InMemoryBodies();
  const log: string[] = [];
  const sent: HttpRequestMessage[] = [];
  const inbox = new Mailbox<Wake>();
  const found = overrides.found ?? [TUNNEL];
  const posts = overrides.posts ?? ['sent'];
  const options: ForwardOptions = {
    tunnels: alwaysAt(100, async () => (found.length > 1 ? found.shift() : found[0]), overrides.arrivals),
    pending,
    bodies,
    inFlight: {
      enter: async ({ owner, requestId }) => void log.push(`enter ${owner} ${requestId}`),
      leave: async ({ owner, requestId }) => void log.push(`leave ${owner} ${requestId}`),
    },
    maxInFlight: 200,
    agents: {
      tell: async () => undefined,
      post: async (connectionId, text) => {
        log.push(`post ${connectionId} rows=${pending.rows.size} subscribed=${log.includes('subscribe')}`);
        const result = posts.length > 1 ? (posts.shift() as PostResult) : (posts[0] as PostResult);
        const message = decodeCloudMessage(text) as HttpRequestMessage;
        sent.push(message);
        if (overrides.outcome && result !== 'gone') {
          await pending.complete({
            requestId: message.request_id,
            tunnelId: 'demo',
            owner: 'ann',
            outcome: overrides.outcome,
            completedAt: clock.now(),
          });
          inbox.deliver({ version: 1, requestId: message.request_id, source: 'bus' });
        }
        return result;
      },
    },
    tickets: undefined,
    eventStreams: undefined,
    wakes: {
      subscribe: async () => {
        log.push('subscribe');
        return subscriptionTo(inbox, () => log.push('unsubscribe'));
      },
    },
    clock,
    rollout: { useEventDriven: true, mode: 'bus' },
    tunnelDomain: undefined,
    deadlineMs: 28_000,
    reads: { pollingDelaysMs: [50, 100, 200, 400, 500], safetyReadMs: 1000 },
    passwordDigest,
    observer: {
      addressed: () => undefined,
      assigned: ({ cohort, mode }) => log.push(`assigned ${cohort} ${mode}`),
      answered: ({ learnedBy }) => log.push(`answered ${learnedBy}`),
      askedFor: () => log.push('asked for'),
      streamed: (cut) => log.push(`streamed ${cut ?? 'whole'}`),
      storeFailed: () => log.push('store failed'),
      lastLookFailed: () => log.push('last look failed'),
    },
    ...overrides,
  };
  const request: VisitorRequest = {
    method: 'GET',
    path: '/demo/page',
    rawQuery: 'a=1&a=2',
    domainName: 'example.test',
    headers: { host: ['example.test'] },
    body: new Uint8Array(),
    sourceIp: '192.0.2.7',
    arrivedAt: clock.now(),
  };
  return { clock, bodies, pending, log, sent, options, request };
}
