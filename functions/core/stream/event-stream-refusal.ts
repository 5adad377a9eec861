import { LruMap } from 'toad-cache';
import { encodeMessage } from '../../../protocol';
import type { Clock } from '../clock';
import { pathBasedUrl } from '../tunnel';
import { can, type AgentGateway, type ReachableTunnel } from '../tunnel-agent';
import { TunnelError } from '../tunnel-error';
import type { Route, VisitorRequest } from '../visitor-request';

/** The user of an agent is told at most so often, in ms: a page may try again and again. */
const TELL_AGAIN_MS = 60_000;
/** How many tunnels are remembered as told. */
const TOLD = 1000;

/**
 * Whether a visitor wants an event stream and nothing else, as browsers do for an `EventSource`. Clients that also take other types, such as those
 * of MCP, may get a whole answer.
 */
export function wantsEventStream({ headers }: Pick<VisitorRequest, 'headers'>): boolean {
  const types = (headers['accept']?.[0] ?? '').split(',').map((each) => each.replace(/;.*/s, '').trim().toLowerCase());
  return types.every((type) => type === 'text/event-stream');
}

/**
 * Refuses event streams at a door through which answers only come whole: the visitor would get nothing until the deadline, and then an error.
 * The refusal names the address at which the stream comes.
 */
export class EventStreamRefusal {
  private readonly told = new LruMap<number>(TOLD);

  constructor(
    /** The address of the streaming door. */
    private readonly streamUrl: URL,
    private readonly agents: Pick<AgentGateway, 'tell'>,
    private readonly clock: Clock,
  ) {}

  /** @returns the error for the visitor */
  async refuse(tunnel: ReachableTunnel, { uri }: Route): Promise<TunnelError> {
    const door = pathBasedUrl(tunnel.tunnelId, this.streamUrl);
    const url = door.replace(/\/$/, '') + uri;
    await this.tellAgent(tunnel, door);
    return new TunnelError('event_stream_refused', `Open ${url} instead: there, the events come as they are sent.`, {
      headers: { link: [`<${url}>; rel="alternate"`] },
    });
  }

  private async tellAgent(tunnel: ReachableTunnel, door: string): Promise<void> {
    const now = this.clock.now();
    if (!can(tunnel, 'notices') || now - (this.told.get(tunnel.tunnelId) ?? -Infinity) < TELL_AGAIN_MS) return;
    this.told.set(tunnel.tunnelId, now);
    const message = `a visitor asked for an event stream and was refused, because this address carries no streams: give visitors ${door} instead`;
    await this.agents.tell(tunnel.connectionId, encodeMessage({ type: 'notice', code: 'event_stream_refused', message }));
  }
}
