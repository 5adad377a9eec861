import { Visitor } from '../bench/visitor';
import type { Assignments } from './assignments';
import { Wire, type Message } from './wire';

/** The connection of a tenant's agent. It sends whatever it is told, which no honest agent would do. */
export interface TenantAgent {
  readonly send: (text: string) => void;
  readonly answer: (requestId: string) => void;
}

/** What a tenant's agent sees of the tunnel. A hostile agent knows more here than it could find out on AWS: the worst case. */
export interface TenantView {
  /** Life of a request, in ms. */
  readonly deadlineMs: number;
  readonly isEventDriven: (requestId: string) => boolean;
  /** Ids of the requests in flight of other tenants. */
  readonly foreignIds: () => readonly string[];
}

/** How a tenant strains the tunnel. */
export interface TenantBehaviour {
  /** How many of its visitors wait at once, at most. */
  inFlight(deadlineMs: number): number;
  onRequest(requestId: string, agent: TenantAgent, view: TenantView): void;
  /** Called twice a second. */
  onTick?(agent: TenantAgent, view: TenantView): void;
}

export interface TenantOptions {
  readonly agentEndpoint: string;
  readonly visitorUrl: string;
  readonly token: string;
  readonly behaviour: TenantBehaviour;
  readonly deadlineMs: number;
  readonly assignments: Pick<Assignments, 'inFlight'>;
}

/** Visitors a second. They come at equal distances, so that no more of them wait at once than the warm-up has prepared for. */
export const TENANT_RATE = 2;
/** A rehearsal is about what counts as a fault, not about capacity: more messages would make the machine too busy for a verdict. */
const TICK_MS = 500;

/** A second tenant of the tunnel, with an agent and visitors of its own. Its visitors come only between `begin` and `end`. */
export class Tenant {
  /** How many event-driven requests its agent got. */
  struck = 0;
  private readonly own = new Set<string>();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly visitor: Visitor;
  private readonly agent: TenantAgent;
  private readonly view: TenantView;

  private constructor(
    private readonly wire: Wire,
    private readonly options: TenantOptions,
  ) {
    this.visitor = new Visitor(options.visitorUrl, false);
    this.agent = { send: (text) => wire.sendText(text), answer: (requestId) => wire.send(answerTo(requestId)) };
    this.view = {
      deadlineMs: options.deadlineMs,
      isEventDriven: (requestId) => options.assignments.inFlight()['event-driven'].includes(requestId),
      foreignIds: () => Object.values(options.assignments.inFlight()).flatMap((ids) => ids.filter((id) => !this.own.has(id))),
    };
  }

  static async connect(options: TenantOptions): Promise<Tenant> {
    // No message comes before the tenant's visitors do.
    const wire = await Wire.connect(options.agentEndpoint, { token: options.token }, (message) => tenant.onMessage(message));
    const tenant = new Tenant(wire, options);
    return tenant;
  }

  /** How many of its visitors wait at once, at most. */
  get mostInFlight(): number {
    return Math.ceil(this.options.behaviour.inFlight(this.options.deadlineMs));
  }

  begin(): void {
    const { behaviour } = this.options;
    this.timers.push(
      setInterval(() => void this.visitor.ask(`/${this.wire.tunnelId}/`), 1000 / TENANT_RATE),
      setInterval(() => behaviour.onTick?.(this.agent, this.view), TICK_MS),
    );
  }

  end(): void {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
  }

  close(): void {
    this.end();
    this.wire.vanish();
    this.visitor.close();
  }

  private onMessage({ type, request_id: requestId }: Message): void {
    if (type !== 'http_request' || typeof requestId !== 'string') return;
    this.own.add(requestId);
    if (this.view.isEventDriven(requestId)) this.struck++;
    this.options.behaviour.onRequest(requestId, this.agent, this.view);
  }
}

const answerTo = (requestId: string): Message => ({
  type: 'http_response',
  request_id: requestId,
  status_code: 200,
  headers: {},
  body: '',
  processing_time_ms: 1,
});
