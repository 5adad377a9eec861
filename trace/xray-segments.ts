import { BatchGetTracesCommand, paginateGetTraceSummaries, type XRayClient } from '@aws-sdk/client-xray';
import { isSegment, type Segment } from '../emulator/xray/segment';

/** GetTraceSummaries takes six hours at a time, BatchGetTraces five ids (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html). */
const SUMMARY_WINDOW_MS = 6 * 60 * 60 * 1000;
const TRACES_AT_ONCE = 5;

/** Which traces to read; times in ms since the epoch. */
export interface TraceSearch {
  readonly from: number;
  readonly to: number;
  /** https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html */
  readonly filter: string;
}

/** The segments of all traces that match, in the newest six hours that have any. */
export async function segmentsOf(xray: XRayClient, { filter, from, to }: TraceSearch): Promise<Segment[]> {
  const ids = new Set<string>();
  for (let end = to; end > from; end -= SUMMARY_WINDOW_MS) {
    const pages = paginateGetTraceSummaries(
      { client: xray },
      { StartTime: new Date(Math.max(from, end - SUMMARY_WINDOW_MS)), EndTime: new Date(end), FilterExpression: filter },
    );
    for await (const { TraceSummaries = [] } of pages) for (const { Id } of TraceSummaries) if (Id !== undefined) ids.add(Id);
    // All of a request lies within half a minute: earlier windows have nothing more of the request.
    if (ids.size > 0) break;
  }
  const wanted = [...ids];
  const segments: Segment[] = [];
  for (let start = 0; start < wanted.length; start += TRACES_AT_ONCE) {
    const TraceIds = wanted.slice(start, start + TRACES_AT_ONCE);
    let NextToken: string | undefined;
    do {
      const page = await xray.send(new BatchGetTracesCommand({ TraceIds, ...(NextToken !== undefined && { NextToken }) }));
      const documents = (page.Traces ?? []).flatMap(({ Segments = [] }) =>
        Segments.map(({ Document }): unknown => JSON.parse(Document ?? 'null')),
      );
      segments.push(...documents.filter(isSegment));
      NextToken = page.NextToken;
    } while (NextToken !== undefined && NextToken !== '');
  }
  return segments;
}
