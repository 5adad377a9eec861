import { physicalName, shortName } from '../../environments/physical-name';
import { hasFailed, type Segment } from '../../emulator/xray/segment';
import { childrenOf, descendants, flatten, type Node } from '../../emulator/xray/segment-tree';

/** A call of an AWS service; times in ms. */
export interface Call {
  /** The client's name in traces: `DynamoDB`. */
  readonly name: string;
  readonly operation: string;
  readonly table: string | undefined;
  readonly at: number;
  readonly ms: number;
  readonly failed: boolean;
}

/** A traced invocation of one of this project's functions; times in ms since the epoch. */
export interface Invocation {
  /** Without the environment: `forward-request`. */
  readonly functionName: string;
  /** When Lambda got the request for it. */
  readonly askedAt: number;
  /** When the init began, on a cold start. */
  readonly initAt: number | undefined;
  /** How long the handler ran, until its answer. */
  readonly ranMs: number;
  /** The requests that it was about. */
  readonly requestIds: ReadonlySet<string>;
  /** `direct`, `bus` or `polling`, where the trace says so. */
  readonly mode: string | undefined;
  readonly calls: readonly Call[];
  /** Spans of this project's own code. */
  readonly spans: readonly { readonly name: string; readonly ms: number }[];
}

/** The functions whose traces are read. */
const TRACED_FUNCTIONS = [
  'authorize-agent',
  'connect-agent',
  'forward-request',
  'receive-message',
  'process-stream',
  'wake-waiter',
  'sweep',
] as const;

/** Finds the traces of an environment's functions. */
export const filterFor = (environment: string): string =>
  TRACED_FUNCTIONS.map((name) => `service("${physicalName('function', environment, name)}")`).join(' OR ');

/** The invocations that have ended, of one environment's functions. */
export function invocationsIn(segments: readonly Segment[], environment: string): Invocation[] {
  const nodes = segments.flatMap((segment) => flatten(segment));
  const children = childrenOf(nodes);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ours = new Set<string>(TRACED_FUNCTIONS.map((name) => physicalName('function', environment, name)));
  return nodes.filter(({ origin, name }) => origin === 'AWS::Lambda::Function' && ours.has(name)).flatMap(invocationOf);

  function invocationOf(ran: Node): Invocation[] {
    const below = [...descendants(ran, children)];
    const service = byId.get(ran.parent_id ?? '');
    const invoked = below.find(({ name }) => name === 'Invocation');
    const handler = below.find(({ name }) => name === '## handler');
    if (service?.origin !== 'AWS::Lambda' || !handler || endOf(handler) === undefined) return [];
    const annotations = below.flatMap(({ annotations: own }) => (own ? [own] : []));
    const texts = (key: string): string[] => annotations.map((own) => own[key]).filter((value) => typeof value === 'string');
    const initAt = below.find(({ name }) => name === 'Initialization')?.start_time;
    // A span may end in the next invocation of its environment, after a freeze.
    const ended = below.filter((node) => (endOf(node) ?? Infinity) <= (endOf(ran) ?? Infinity));
    return [
      {
        functionName: shortName(ran.name),
        askedAt: service.start_time * 1000,
        initAt: initAt === undefined ? undefined : initAt * 1000,
        ranMs: msOf(invoked ?? handler),
        requestIds: new Set(texts('requestId')),
        mode: texts('mode')[0],
        calls: ended.filter(({ namespace }) => namespace === 'aws').map(callOf),
        spans: ended
          .filter((node) => node.namespace === undefined && !hasFailed(node))
          .map((node) => ({ name: node.name, ms: msOf(node) })),
      },
    ];
  }
}

const callOf = (node: Node): Call => ({
  name: node.name,
  operation: node.aws?.operation ?? '',
  table: node.aws?.table_name,
  at: node.start_time * 1000,
  ms: msOf(node),
  failed: hasFailed(node),
});

const endOf = ({ end_time }: Node): number | undefined => (end_time === undefined ? undefined : end_time * 1000);
const msOf = ({ start_time, end_time = start_time }: Node): number => (end_time - start_time) * 1000;
