/** Posts to the agent of a tunnel: the request, and the questions for its answer. */
import { encodeMessage, type Capability, type CloudMessage } from '../../protocol';
import { askAgent } from './ask-agent';
import { OVER, type Clock } from './clock';
import type { RequestRow } from './request-row';
import type { Tunnel, Tunnels } from './tunnel';
import { TunnelError } from './tunnel-error';
import type { Answer } from './wait-for-response';

/**
 * The result of posting a message to an agent. `uncertain`: the message may have arrived, so it is posted again only to an agent
 * that drops duplicates.
 */
export type PostResult = 'sent' | 'gone' | 'busy' | 'uncertain';

/** Posts messages into the agents' connections. `post` never rejects and never tries again by itself. */
export interface AgentGateway {
  /** @param timeoutMs a post that takes longer is given up, and is then `uncertain`; without it, the gateway's own limit applies */
  post(connectionId: string, text: string, timeoutMs?: number): Promise<PostResult>;
  /** Sends a message without waiting for the reply, whatever becomes of it. */
  tell(connectionId: string, text: string): Promise<void>;
}

export interface PostOptions {
  readonly tunnels: Pick<Tunnels, 'find'>;
  readonly agents: AgentGateway;
  readonly clock: Clock;
}

export interface AskingOptions extends PostOptions {
  readonly reads: { readonly safetyReadMs: number };
  readonly observer: { storeFailed(error: unknown): void };
}

/**
 * Least time before the deadline at which a request is still sent, in ms. With less time, no answer could reach the visitor, but the
 * local service would run the request all the same.
 */
const MIN_ANSWER_MS = 500;

/** A tunnel that has an agent. */
export type ReachableTunnel = Tunnel & { readonly connectionId: string };

export const can = (tunnel: Tunnel, capability: Capability): boolean => tunnel.capabilities.includes(capability);

/** Posts the request to the tunnel's agent. The row, if there is one, is removed when no agent can answer. */
export async function sendToAgent(
  tunnel: ReachableTunnel,
  { text, deadline, row }: { readonly text: string; readonly deadline: number; readonly row: RequestRow },
  options: PostOptions,
): Promise<void> {
  const { result, connectionId } = await postToTunnel(tunnel, text, options, { deadline });
  if (result === 'uncertain') {
    // A connection to API Gateway that was kept alive through a freeze may be dead, which only a post shows. The first post may
    // have arrived, whatever the result of a second post, so the waiter has to wait.
    if (can(tunnel, 'drops-duplicates') && !isTooLate(deadline, options.clock)) await options.agents.post(connectionId, text);
    return;
  }
  if (result === 'sent') return;
  await row.remove(row.request.requestId);
  throw new TunnelError(result === 'too-late' ? 'deadline_exceeded' : result === 'busy' ? 'agent_busy' : 'agent_away');
}

/** How long a question waits for the row to be put, in ms. */
const ROW_MS = 250;
/** Time after a question in which an answer may have crossed it, in ms: the question's way to the agent and the answer's way back. */
const CROSSING_MS = 500;

/** Asks for the answer to one request that has a ticket, while its waiter hears nothing. */
export class Questions {
  private readonly over = new AbortController();
  private asked: { readonly connectionId: string; readonly at: number } | undefined;

  constructor(
    private readonly tunnel: ReachableTunnel,
    private readonly row: RequestRow,
    private readonly options: AskingOptions,
    /** What the agent is asked. */
    private readonly question: () => CloudMessage = () => ({ type: 'answer_wanted', request_id: row.request.requestId }),
  ) {}

  /** Asks until `end` is called, or until it is too late. */
  begin(): void {
    const { clock, reads } = this.options;
    void askAgent({
      ask: (turn) => this.ask(turn),
      firstMs: reads.safetyReadMs,
      deadline: this.row.request.deadline,
      clock,
      signal: this.over.signal,
    });
  }

  end(): void {
    this.over.abort(OVER);
  }

  /**
   * The waiter has its answer. An agent whose answer has crossed the question is told so. Otherwise it would send the answer again, and
   * receive-message would store it for nobody.
   */
  async answered(): Promise<void> {
    this.end();
    const { clock, agents } = this.options;
    if (!this.asked || clock.now() - this.asked.at > CROSSING_MS) return;
    await agents.tell(this.asked.connectionId, encodeMessage({ type: 'ack', request_id: this.row.request.requestId }));
  }

  /**
   * Whether the answer came only because the agent was asked. Then it is in a row: receive-message stores an answer that was asked for, and
   * where it cannot open the ticket, it needs the row that the second question brings. A wake by the bus does not count: it announces an answer
   * whose first wake was refused, and that needs no question.
   */
  haveBrought({ learnedBy, stored }: Answer): boolean {
    const isFromRow = stored === true || learnedBy === 'read' || learnedBy === 'last-look';
    return this.asked !== undefined && isFromRow;
  }

  /**
   * From the second time on, the request has a row as well: then the answer also comes through a receive-message that cannot open the ticket,
   * because its code is older or because it does not have the key.
   */
  private async ask(turn: number): Promise<void> {
    const { tunnel, row, options } = this;
    const failed = (error: unknown): void => options.observer.storeFailed(error);
    // A row that takes long to put must not keep back the question.
    if (turn > 1) await Promise.race([row.put().catch(failed), options.clock.sleep(ROW_MS, this.over.signal)]);
    row.mayExist();
    this.asked = { connectionId: tunnel.connectionId, at: options.clock.now() };
    // A question that stalls must not keep back the next one.
    const posted = await postToTunnel(tunnel, encodeMessage(this.question()), options, { timeoutMs: options.reads.safetyReadMs }).catch(
      failed,
    );
    if (posted) this.asked = { ...this.asked, connectionId: posted.connectionId };
  }
}

/** Tells the agent of a request that is under way, wherever the agent is connected now. */
export class AgentLine {
  constructor(
    private tunnel: ReachableTunnel,
    private readonly options: PostOptions,
    /** Longest time of one post, in ms. */
    private readonly timeoutMs: number,
  ) {}

  /** Never rejects: a message that is lost is repeated by the next one. */
  async tell(message: CloudMessage): Promise<void> {
    const { tunnel, options, timeoutMs } = this;
    const posted = await postToTunnel(tunnel, encodeMessage(message), options, { timeoutMs }).catch(() => undefined);
    if (posted) this.tunnel = { ...tunnel, connectionId: posted.connectionId };
  }
}

/**
 * Posts a message to a tunnel's agent. The result `gone` means that the message did not arrive, so the tunnel is read once more in case the
 * agent has reconnected.
 * @param limits.deadline a post that would begin too late for it is left out, in ms since the epoch
 * @param limits.timeoutMs the longest time of one post
 */
async function postToTunnel(
  tunnel: ReachableTunnel,
  text: string,
  options: PostOptions,
  { deadline = Infinity, timeoutMs }: { readonly deadline?: number; readonly timeoutMs?: number },
): Promise<{ readonly result: PostResult | 'too-late'; readonly connectionId: string }> {
  const post = async (connectionId: string): Promise<PostResult | 'too-late'> =>
    isTooLate(deadline, options.clock) ? 'too-late' : options.agents.post(connectionId, text, timeoutMs);
  const { connectionId } = tunnel;
  const result = await post(connectionId);
  if (result !== 'gone') return { result, connectionId };
  const newer = await options.tunnels.find(tunnel.tunnelId);
  if (
    !newer ||
    !isSameAgent(newer, tunnel) ||
    !canReturnTickets(newer, tunnel) ||
    newer.connectionId === undefined ||
    newer.connectionId === connectionId
  )
    return { result, connectionId };
  return { result: await post(newer.connectionId), connectionId: newer.connectionId };
}

export const isTooLate = (deadline: number, clock: Clock): boolean => clock.now() > deadline - MIN_ANSWER_MS;

/**
 * Whether both rows are of the same running agent, so that a visitor admitted by the first is also admitted by the second. An
 * agent keeps its salt for as long as it runs.
 */
const isSameAgent = (newer: Tunnel, tunnel: Tunnel): boolean => newer.owner === tunnel.owner && newer.access?.salt === tunnel.access?.salt;

/** Whether an agent that has connected meanwhile knows tickets, if the first one did: the message may have a ticket. */
const canReturnTickets = (newer: Tunnel, tunnel: Tunnel): boolean => can(newer, 'tickets') || !can(tunnel, 'tickets');
