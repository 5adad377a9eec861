import { SHAPE_VERSION } from './pending-request';

/** Detail of the event `HttpResponseReady`: ids and times, never content of the response. Every field is always present. */
export interface ResponseEvent {
  readonly version: number;
  readonly requestId: string;
  readonly tunnelId: string;
  /** The waiter's connection on the wake channel; empty for a probe, for which nobody waits. */
  readonly waiterConnectionId: string;
  /** In ms since the epoch. */
  readonly completedAt: number;
  /** X-Ray trace header of the request; empty when it is not traced. */
  readonly traceHeader: string;
  /** Whether `sweep` sent the event, to check that stream and bus work. */
  readonly probe: boolean;
}

/** The row before and after a change: the images of one stream record, unmarshalled. */
export interface RowChange {
  readonly before: Readonly<Record<string, unknown>> | undefined;
  readonly after: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Returns the event for a change of a pending row, if this change asks the bus to wake the waiter: the first change after which
 * the row is completed and has `wake = "bus"`. Later changes of the same row need no further event.
 * @param now ms since the epoch; after the deadline a wake is useless, and there is no event
 * @throws Error for a row that lacks a field that the event needs
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
