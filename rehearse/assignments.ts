import type { Cohort } from '../functions/core/answer-path';
import { shortName } from '../environments/physical-name';
import type { AwsCall, Interceptor } from '../emulator/services';

/** Number of requests in each cohort. */
export type ByCohort = Readonly<Record<Cohort, number>>;

/**
 * Observes each request's cohort, when the request was assigned, and whether it waits: by its row, or by its ticket on the way to the agent, which
 * only event-driven requests have. Times in ms since the epoch.
 */
export class Assignments {
  /** Requests in flight, by request id. */
  private readonly open = new Map<string, Cohort>();
  /** The request with a ticket that an execution environment of forward-request handles now, by the environment's id. */
  private readonly ticketed = new Map<string, string>();
  private readonly assigned: { readonly at: number; readonly cohort: Cohort }[] = [];

  readonly intercept: Interceptor = async (call, next) => {
    const row = rowOf(call);
    if (row && call.operation === 'PutItem') this.begin(row.requestId, row.cohort, Date.now());
    const ticketed = ticketedRequestIn(call);
    if (ticketed !== undefined && !this.open.has(ticketed)) {
      this.begin(ticketed, 'event-driven', Date.now());
      this.ticketed.set(call.caller.environment?.id ?? '', ticketed);
    }
    const reply = await next();
    if (row && call.operation === 'DeleteItem') this.open.delete(row.requestId);
    return reply;
  };

  /** The end of an invocation is the end of its request. Whether it had a row as well does not matter. */
  readonly onInvocation = ({ environmentId }: { readonly environmentId: string }): void => {
    const requestId = this.ticketed.get(environmentId);
    if (requestId !== undefined) this.open.delete(requestId);
    this.ticketed.delete(environmentId);
  };

  begin(requestId: string, cohort: Cohort, at: number): void {
    // A request with a ticket puts a row when its agent takes long.
    if (this.open.has(requestId)) return;
    this.open.set(requestId, cohort);
    this.assigned.push({ at, cohort });
  }

  /** Requests assigned at or after `from` and before `to`. */
  between(from: number, to = Infinity): ByCohort {
    const counts = { 'event-driven': 0, polling: 0 };
    for (const { at, cohort } of this.assigned) if (at >= from && at < to) counts[cohort]++;
    return counts;
  }

  /** When the last request was assigned to the event-driven cohort. */
  get lastEventDrivenAt(): number | undefined {
    return this.assigned.findLast(({ cohort }) => cohort === 'event-driven')?.at;
  }

  /** Ids of the requests that wait now, by cohort. */
  inFlight(): Readonly<Record<Cohort, readonly string[]>> {
    const of = (cohort: Cohort): string[] => [...this.open].flatMap(([id, its]) => (its === cohort ? [id] : []));
    return { 'event-driven': of('event-driven'), polling: of('polling') };
  }

  isOpen(requestId: string): boolean {
    return this.open.has(requestId);
  }
}

/** The id of a request with a ticket, from the message that takes it to its agent. */
function ticketedRequestIn({ caller, operation, body }: AwsCall): string | undefined {
  if (operation !== 'ManageConnections' || shortName(caller.functionName) !== 'forward-request' || !body?.length) return undefined;
  const message = JSON.parse(body.toString()) as { readonly type?: string; readonly request_id?: string; readonly ticket?: string };
  return message.type === 'http_request' && message.ticket !== undefined ? message.request_id : undefined;
}

/** The pending row of a visitor's request that a call writes or deletes. Sweep's probes belong to no visitor. */
function rowOf({ caller, input }: AwsCall): { readonly requestId: string; readonly cohort: Cohort } | undefined {
  if (shortName(caller.functionName) !== 'forward-request' || shortName(String(input['TableName'])) !== 'pending-requests')
    return undefined;
  const { requestId, cohort } = (input['Item'] ?? input['Key'] ?? {}) as Record<string, { readonly S?: string } | undefined>;
  if (requestId?.S === undefined) return undefined;
  return { requestId: requestId.S, cohort: cohort?.S === 'event-driven' ? 'event-driven' : 'polling' };
}
