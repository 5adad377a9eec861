import { CloudWatchLogsClient, paginateFilterLogEvents, ResourceNotFoundException } from '@aws-sdk/client-cloudwatch-logs';
import { XRayClient } from '@aws-sdk/client-xray';
import { physicalName } from '../environments/physical-name';
import { requestHandlerFor } from '../functions/aws/request-handler';
import type { Evidence } from '../local/story/timeline';
import { segmentsOf } from './xray-segments';

export interface Search {
  readonly requestId: string;
  readonly environment: string;
  readonly region: string;
  /** ms since the epoch */
  readonly from: number;
  readonly to: number;
  /** Time for one attempt of a call, in ms; default 5000. */
  readonly callMs?: number;
}

/** The SDK makes three attempts, so a person waits a quarter of a minute for a service that does not answer. In ms for one attempt. */
const CALL_MS = 5000;

type Line = Evidence['lines'][number];

/** The functions that a request passes through. */
const FUNCTIONS = ['forward-request', 'receive-message', 'process-stream', 'wake-waiter'] as const;
/** Most invocations of one request: more of them would not fit into a filter of 1024 characters. */
const MAX_INVOCATIONS = 10;

/** What X-Ray and CloudWatch Logs of an account know of one request. */
export async function awsEvidence(search: Search): Promise<Evidence> {
  const { region, callMs = CALL_MS } = search;
  const client = { region, requestHandler: requestHandlerFor(callMs) };
  const xray = new XRayClient(client);
  const logs = new CloudWatchLogsClient(client);
  try {
    return await evidenceFrom(xray, logs, search);
  } finally {
    xray.destroy();
    logs.destroy();
  }
}

async function evidenceFrom(xray: XRayClient, logs: CloudWatchLogsClient, search: Search): Promise<Evidence> {
  const [segments, named] = await Promise.all([
    segmentsOf(xray, { ...search, filter: `annotation[requestId] = "${search.requestId}"` }),
    linesWith(logs, search, [search.requestId]),
  ]);
  const invocations = [...new Set(named.flatMap(({ requestId }) => requestId ?? []))].slice(0, MAX_INVOCATIONS);
  const around = invocations.length === 0 ? [] : await linesWith(logs, search, invocations);
  const lines = new Map([...named, ...around].map((line) => [`${line.functionName} ${line.at} ${line.text}`, line]));
  return { segments, lines: [...lines.values()] };
}

/** Lines of the functions' log groups that hold one of the terms. */
async function linesWith(logs: CloudWatchLogsClient, { environment, from, to }: Search, terms: readonly string[]): Promise<Line[]> {
  const filterPattern = terms.length === 1 ? `"${terms[0]}"` : terms.map((term) => `?"${term}"`).join(' ');
  const found = await Promise.all(
    FUNCTIONS.map(async (name) => {
      const functionName = physicalName('function', environment, name);
      const lines: Line[] = [];
      const pages = paginateFilterLogEvents(
        { client: logs },
        { logGroupName: `/aws/lambda/${functionName}`, filterPattern, startTime: from, endTime: to },
      );
      try {
        for await (const { events = [] } of pages)
          for (const { timestamp = 0, message = '' } of events) lines.push(toLine(functionName, timestamp, message));
      } catch (error) {
        // The log group is missing: the function has never logged, or was removed.
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
      return lines;
    }),
  );
  return found.flat();
}

/** Where a line has Lambda's id of its invocation: Powertools' field, a platform event, the runtime's JSON, and the same two in text format. */
const INVOCATION_ID = new RegExp(
  [
    '"function_request_id":"(ID)"',
    '"type":"platform\\.\\w+","record":\\{"requestId":"(ID)"',
    '^\\{"timestamp":"[^"]+","level":"\\w+","requestId":"(ID)"',
    'RequestId: (ID)',
    '^\\S+Z[\\t ](ID)[\\t ]',
  ]
    .join('|')
    .replaceAll('ID', '[0-9a-f-]{36}'),
);

function toLine(functionName: string, at: number, message: string): Line {
  const text = message.trimEnd();
  const requestId = INVOCATION_ID.exec(text)?.slice(1).find(Boolean);
  return { at, functionName, text, ...(requestId !== undefined && { requestId }) };
}
