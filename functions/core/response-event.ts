import { SHAPE_VERSION } from './pending-request';

/** Detail of the event `HttpResponseReady`: ids only, never anything of the response. Every field is always there. */
export interface ResponseEvent {
  readonly version: number;
  readonly requestId: string;
  readonly tunnelId: string;
  /** Where the waiter hears; empty for a probe, for which nobody waits. */
  readonly waiterConnectionId: string;
  /** In ms since the epoch. */
  readonly completedAt: number;
  /** X-Ray trace header of the request; empty when it is not traced. */
  readonly traceHeader: string;
  /** Sent by sweep to see that stream and bus work. */
  readonly probe: boolean;
}

/** The images of one stream record, unmarshalled. */
export interface RowChange {
  readonly before: Readonly<Record<string, unknown>> | undefined;
  readonly after: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The event for a change of a pending row, if it is the one that asks the bus to wake the waiter: the change that made the
 * row completed and `wake = "bus"`. Any later change of the same row asks for nothing new.
 * @param now ms since the epoch; a wake after the deadline is worthless
 * @throws Error for a row that lacks what an event needs
 */
export function responseEventFor(change: RowChange, now: number): ResponseEvent | undefined {
  if (!asksForBus(change.after) || asksForBus(change.before)) return undefined;
  const row = change.after as Record<string, unknown>;
  if (numberOf(row, 'deadline') < now) return undefined;
  return {
    version: SHAPE_VERSION,
    requestId: textOf(row, 'requestId'),
    tunnelId: textOf(row, 'tunnelId'),
    waiterConnectionId: optionalText(row, 'waiterConnectionId'),
    completedAt: numberOf(row, 'completedAt'),
    traceHeader: optionalText(row, 'traceHeader'),
    probe: row['probe'] === true,
  };
}

const asksForBus = (row: RowChange['after']): boolean => row?.['status'] === 'completed' && row['wake'] === 'bus';

function textOf(row: Readonly<Record<string, unknown>>, name: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw new Error(`pending row has no ${name}`);
  return value;
}

function optionalText(row: Readonly<Record<string, unknown>>, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : '';
}

function numberOf(row: Readonly<Record<string, unknown>>, name: string): number {
  const value = row[name];
  if (typeof value !== 'number') throw new Error(`pending row has no ${name}`);
  return value;
}
