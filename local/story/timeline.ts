/**
 * Builds the story of one request from X-Ray segments and the functions' log lines, for the local cloud and for AWS. One request can span
 * several traces; the annotation `requestId` connects their invocations.
 */
import { shortName } from '../../environments/physical-name';
import type { TimelineEntry } from './story';
import type { LogLine } from '../../emulator/services';
import { logText } from './log-text';
import { hasFailed, type Segment, type Subsegment } from '../../emulator/xray/segment';
import { childrenOf, descendants, flatten, type Children, type Node } from '../../emulator/xray/segment-tree';

export interface Evidence {
  /** Segments of every trace that mentions the request. */
  readonly segments: readonly Segment[];
  /** Log lines with the request id, plus all lines of those invocations. */
  readonly lines: readonly Pick<LogLine, 'at' | 'functionName' | 'requestId' | 'text'>[];
}

/** Subsegments that every invocation has. They say nothing about a request. */
const FRAME = new Set(['Invocation', 'Overhead', '## handler', '## answer']);

/** Sorted by time. At equal times, an invocation comes before its calls. */
export function timelineOf(requestId: string, { segments, lines }: Evidence): TimelineEntry[] {
  const nodes = segments.flatMap((segment) => flatten(segment));
  const children = childrenOf(nodes);
  const ranWithLines = new Set(lines.flatMap((line) => (line.text.includes(requestId) ? (line.requestId ?? []) : [])));
  const invocations = nodes.filter((node) => node.origin === 'AWS::Lambda::Function');
  const own = invocations.filter((invocation) => {
    const mentioned = requestsIn(invocation, children);
    // A crashed invocation mentions no request, but may have logged the id, or run in the request's own trace.
    return mentioned.size > 0 ? mentioned.has(requestId) : ranWithLines.has(lambdaRequestId(invocation)) || isAlone(invocation);
  });
  const ids = new Set<string | undefined>([...own.map(lambdaRequestId), ...ranWithLines]);
  const logs = lines.filter((line) => line.text.includes(requestId) || (ids.has(line.requestId) && !mentionsAnother(line.text)));
  return [...own.flatMap((invocation) => entriesOf(invocation)), ...logs.flatMap(logEntry)].sort(
    (a, b) => a.at - b.at || a.depth - b.depth,
  );

  /** Whether the invocation's trace mentions this request and no other. */
  function isAlone({ trace_id }: Node): boolean {
    const mentioned = nodes.filter((node) => node.trace_id === trace_id).flatMap(({ annotations }) => annotations?.['requestId'] ?? []);
    return mentioned.length > 0 && mentioned.every((id) => id === requestId);
  }

  function entriesOf(invocation: Node): TimelineEntry[] {
    const functionName = shortName(invocation.name);
    const below = (node: Node, depth: number): TimelineEntry[] =>
      (children.get(node.id) ?? []).flatMap((child) => {
        if (child.origin !== undefined) return [];
        const about = child.annotations?.['requestId'];
        if (about !== undefined && about !== requestId) return [];
        if (FRAME.has(child.name)) return below(child, depth);
        return [
          { ...timesOf(child), functionName, kind: 'call' as const, text: callText(child), failed: hasFailed(child), depth },
          ...below(child, depth + 1),
        ];
      });
    const annotations =
      [...descendants(invocation, children)].find((node) => node.annotations?.['requestId'] === requestId)?.annotations ?? {};
    const failed = hasFailed(invocation) || 'error' in annotations;
    const text = invocationText(
      invocation,
      (children.get(invocation.id) ?? []).some(({ name }) => name === 'Initialization'),
      annotations,
    );
    return [{ ...timesOf(invocation), functionName, kind: 'invocation', text, failed, depth: 0 }, ...below(invocation, 1)];
  }
}

const requestsIn = (invocation: Node, children: Children): Set<unknown> =>
  new Set([...descendants(invocation, children)].flatMap(({ annotations }) => annotations?.['requestId'] ?? []));

const lambdaRequestId = (node: Node): string => node.aws?.request_id ?? '';

const timesOf = ({ start_time, end_time = start_time }: Subsegment): { at: number; ms: number } => ({
  at: start_time * 1000,
  ms: (end_time - start_time) * 1000,
});

function callText({ name, aws, cause }: Subsegment): string {
  if (name === 'Initialization') return 'init';
  return [shortService(name), aws?.operation, aws?.table_name && shortName(aws.table_name), cause?.exceptions?.[0]?.type]
    .filter(Boolean)
    .join(' ');
}

const shortService = (name: string): string => name.replace('ApiGatewayManagementApi', 'API Gateway');

function invocationText(invocation: Node, coldStart: boolean, annotations: NonNullable<Node['annotations']>): string {
  const said = [
    coldStart && 'cold start',
    ...['tunnelId', 'mode', 'error'].map((key) => annotations[key] !== undefined && `${key.replace('Id', '')} ${annotations[key]}`),
    invocation.cause?.exceptions?.[0]?.type,
  ].filter((text) => typeof text === 'string');
  return ['invocation', said.join(', ')].filter(Boolean).join(': ');
}

const mentionsAnother = (text: string): boolean => text.includes('"service":') && /"requestIds?":/.test(text);

function logEntry({ at, functionName, text }: Evidence['lines'][number]): TimelineEntry[] {
  const line = logText(text);
  if (line.kind === 'frame') return [];
  return [{ at, functionName: shortName(functionName), kind: 'log', text: line.text, failed: line.level !== 'info', depth: 1 }];
}
