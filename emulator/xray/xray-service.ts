/** The operations of X-Ray by which traces are read. */
import { AwsError } from '../services';
import type { AwsReply, ServiceApi } from '../services';
import type { Segment } from './segment';
import { withAnnotations, type TraceStore } from './trace-store';

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html */
const MAX_RANGE_SECONDS = 6 * 60 * 60;
const MAX_IDS = 5;

/** GetTraceSummaries with filters such as `annotation[requestId] = "…" OR service("…")`, and BatchGetTraces. */
export function xrayService(traces: TraceStore): ServiceApi {
  return async ({ operation, input }) => {
    if (operation === 'GetTraceSummaries') return ok({ TraceSummaries: summaries(traces, input) });
    if (operation === 'BatchGetTraces') return ok(whole(traces, input['TraceIds']));
    throw refused(`xray:${operation} is not emulated by the local cloud, which knows GetTraceSummaries and BatchGetTraces`);
  };
}

function summaries(traces: TraceStore, { StartTime: from, EndTime: to, FilterExpression: filter }: Record<string, unknown>): object[] {
  if (typeof from !== 'number' || typeof to !== 'number') throw refused('StartTime and EndTime must be given');
  if (to - from > MAX_RANGE_SECONDS) throw refused('Time range cannot be longer than 6 hours');
  const matches = typeof filter === 'string' ? filterOf(filter) : () => true;
  return traces
    .all()
    .filter(([traceId, segments]) => startOf(traceId) >= Math.floor(from) && startOf(traceId) <= to && segments.some(matches))
    .map(([Id]) => ({ Id }));
}

function whole(traces: TraceStore, ids: unknown): object {
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > MAX_IDS) throw refused(`TraceIds must be a list of 1 to ${MAX_IDS} ids`);
  const known = ids.map((id) => [String(id), traces.segmentsOf(String(id))] as const);
  return {
    Traces: known
      .filter(([, segments]) => segments.length > 0)
      .map(([Id, segments]) => ({ Id, Segments: segments.map((segment) => ({ Id: segment.id, Document: JSON.stringify(segment) })) })),
    UnprocessedTraceIds: known.filter(([, segments]) => segments.length === 0).map(([id]) => id),
  };
}

type Matches = (segment: Segment) => boolean;

/** The part of https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html that this function reads. */
function filterOf(expression: string): Matches {
  const terms = expression.split(' OR ').map((term): Matches => {
    const [, key = '', value] = /^annotation[[.](\w+)\]? = "([^"]*)"$/.exec(term) ?? [];
    if (value !== undefined) return (segment) => [...withAnnotations(segment)].some(({ annotations }) => annotations?.[key] === value);
    const service = /^service\("([^"]*)"\)$/.exec(term)?.[1];
    if (service !== undefined) return ({ origin, name }) => origin !== undefined && name === service;
    throw refused(`the local cloud does not know the filter ${term}`);
  });
  return (segment) => terms.some((matches) => matches(segment));
}

/** A trace's id has the second in which it began: `1-HEXSECONDS-…`. */
const startOf = (traceId: string): number => parseInt(traceId.split('-')[1] ?? '', 16);

const refused = (message: string): AwsError => new AwsError(400, 'InvalidRequestException', message);
const ok = (result: unknown): AwsReply => ({ status: 200, body: JSON.stringify(result) });
