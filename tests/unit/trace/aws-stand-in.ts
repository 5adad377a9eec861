/**
 * A stand-in for X-Ray and CloudWatch Logs, with the calls that `npm run trace` makes, in their real protocols (REST-JSON and JSON 1.1),
 * with two results per page.
 */
import { createServer, type Server } from 'node:http';
import { listenOnAnyPort } from '../../support/listen';
import type { Segment } from '../../../emulator/xray/segment';

export interface StandIn {
  readonly url: string;
  readonly asked: { readonly operation: string; readonly input: Record<string, unknown> }[];
  close(): void;
}

export interface Known {
  /** Segments by trace. A trace is found by an annotation in any of its segments. */
  readonly traces: Readonly<Record<string, readonly Segment[]>>;
  /** Log events by log group. */
  readonly logs: Readonly<Record<string, readonly { timestamp: number; message: string }[]>>;
  /** Message of the refusal that answers every call, as AWS answers a caller without rights. */
  readonly refusal?: string;
  /** Calls of this service get no answer. */
  readonly silent?: 'xray' | 'logs';
}

export async function standInForAws(known: Known): Promise<StandIn> {
  const asked: StandIn['asked'] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target'] ?? request.url);
      const input = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      asked.push({ operation, input });
      if (known.silent === (operation.startsWith('/') ? 'xray' : 'logs')) return;
      const [status, body] =
        known.refusal === undefined ? answer(known, operation, input) : [403, { __type: 'AccessDeniedException', message: known.refusal }];
      response.writeHead(status, { 'content-type': operation.startsWith('/') ? 'application/json' : 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    });
  });
  const port = await listenOnAnyPort(server);
  return { url: `http://127.0.0.1:${port}`, asked, close };

  function close(): void {
    server.closeAllConnections();
    server.close();
  }
}

function answer({ traces, logs }: Known, operation: string, input: Record<string, unknown>): [number, object] {
  if (operation === '/TraceSummaries') {
    const wanted = /^annotation\[requestId\] = "(.+)"$/.exec(String(input['FilterExpression']))?.[1];
    const [from, to] = [Number(input['StartTime']), Number(input['EndTime'])];
    const found = Object.entries(traces).filter(
      ([, segments]) =>
        JSON.stringify(segments).includes(`"requestId":"${wanted}"`) &&
        segments.some(({ start_time }) => start_time >= from && start_time < to),
    );
    const { items, next } = page(found, input['NextToken']);
    return [200, { TraceSummaries: items.map(([Id]) => ({ Id })), ...(next && { NextToken: next }) }];
  }
  if (operation === '/Traces') {
    const ids = input['TraceIds'] as string[];
    if (ids.length > 5) return [400, { __type: 'InvalidRequestException', message: 'too many ids' }];
    const { items, next } = page(ids, input['NextToken']);
    const Traces = items.map((Id) => ({
      Id,
      Segments: (traces[Id] ?? []).map((segment) => ({ Id: segment.id, Document: JSON.stringify(segment) })),
    }));
    return [200, { Traces, ...(next && { NextToken: next }) }];
  }
  const events = logs[String(input['logGroupName'])];
  if (!events) return [400, { __type: 'ResourceNotFoundException', message: 'The specified log group does not exist.' }];
  const terms = [...String(input['filterPattern']).matchAll(/"([^"]+)"/g)].flatMap(([, term]) => term ?? []);
  const { items, next } = page(
    events.filter(({ message }) => terms.some((term) => message.includes(term))),
    input['nextToken'],
  );
  return [200, { events: items, ...(next && { nextToken: next }) }];
}

function page<T>(all: readonly T[], token: unknown): { items: readonly T[]; next: string | undefined } {
  const start = Number(token ?? 0);
  return { items: all.slice(start, start + 2), next: start + 2 < all.length ? String(start + 2) : undefined };
}
