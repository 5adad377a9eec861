/**
 * X-Ray segments of the functions. An execution environment handles one invocation at a time, so a variable holds the handler's
 * segment, and everything that is traced is below this segment. An invocation that is not sampled (on AWS nearly all) costs one
 * look at its header, and does not load the X-Ray SDK, which takes a third of a cold start. Nothing here can fail a request: errors of the tracer are logged once per execution environment and then
 * ignored.
 */
import type { Tracer } from '@aws-lambda-powertools/tracer';
import { logger } from './logger';

type Segment = NonNullable<ReturnType<Tracer['getSegment']>>;

/** Something that takes time; `close` ends it. */
export interface Span {
  close(end?: { readonly failed: boolean }): void;
}

export type Annotations = Readonly<Record<string, string | undefined>>;

let tracer: Promise<Tracer> | undefined;
/** Loads the tracer with the first invocation that is sampled. */
const loadTracer = (): Promise<Tracer> => (tracer ??= import('./xray-tracer').then(({ newTracer }) => newTracer()));

const NOTHING: Span = { close: () => undefined };
let handlerSegment: Segment | undefined;
let hasFailed = false;
let isFirstInvocation = true;

/** Opens the subsegment of an invocation's handler. Everything that is traced until it closes is below it. */
export async function openHandlerSpan(): Promise<Span> {
  // The tracer itself cannot tell, because an earlier invocation may not have been sampled.
  const isColdStart = isFirstInvocation && process.env['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'on-demand';
  isFirstInvocation = false;
  if (!isSampled()) return NOTHING;
  const tracer = await loadTracer().catch(giveUp);
  const handler = harmless(() => {
    if (!tracer?.isTraceSampled()) return undefined;
    const facade = tracer.getSegment();
    const segment = facade?.addNewSubsegment('## handler');
    if (!facade || !segment) return undefined;
    tracer.setSegment(segment);
    tracer.putAnnotation('ColdStart', isColdStart);
    tracer.addServiceNameAnnotation();
    return { tracer, facade, segment };
  });
  if (!handler) return NOTHING;
  handlerSegment = handler.segment;
  return {
    close: () => {
      handlerSegment = undefined;
      harmless(() => {
        closeSegment(handler.segment);
        handler.tracer.setSegment(handler.facade);
      });
    },
  };
}

/** Opens a subsegment for a part of the handler's work, such as one request of a batch. */
export function openSpan(name: string, annotations: Annotations): Span {
  const segment = harmless(() => handlerSegment?.addNewSubsegment(name));
  if (!segment) return NOTHING;
  harmless(() => putAnnotations(segment, annotations));
  return {
    close: ({ failed } = { failed: false }) =>
      harmless(() => {
        if (failed) segment.addFaultFlag();
        closeSegment(segment);
      }),
  };
}

/** Annotates the handler's subsegment. Traces can be searched by annotations. */
export function annotate(annotations: Annotations): void {
  harmless(() => handlerSegment && putAnnotations(handlerSegment, annotations));
}

/** A call of an AWS service. */
export interface Call {
  /** Such as `DynamoDB` and `GetItem`. */
  readonly service: string;
  readonly operation: string;
  readonly region: string | undefined;
  readonly tableName: string | undefined;
}

export interface CallSpan {
  /** Trace header for the called service, so that its work belongs to this call; none when the call is not traced. */
  readonly header?: string;
  end(result: { readonly status: number | undefined; readonly awsRequestId: string | undefined; readonly errorName?: string }): void;
}

/** Opens the subsegment of a call. It holds names, numbers and the kind of the error, never content that was sent or received. */
export function openCall({ service, operation, region, tableName }: Call): CallSpan {
  const opened = harmless(() => {
    const segment = handlerSegment?.addNewSubsegment(service);
    if (!segment) return undefined;
    segment.addAttribute('namespace', 'aws');
    return { segment, header: `Root=${segment.segment?.trace_id};Parent=${segment.id};Sampled=1` };
  });
  if (!opened) return { end: () => undefined };
  const { segment, header } = opened;
  return {
    header,
    end: ({ status, awsRequestId, errorName }) =>
      harmless(() => {
        segment.addAttribute('aws', {
          operation,
          region,
          table_name: tableName,
          request_id: awsRequestId,
        });
        if (status !== undefined) segment.addAttribute('http', { response: { status } });
        if (errorName !== undefined) {
          if (status === 429) segment.addThrottleFlag();
          if (status !== undefined && status < 500) segment.addErrorFlag();
          else segment.addFaultFlag();
          segment.addAttribute('cause', { exceptions: [{ id: segment.id, type: errorName, remote: true }] });
        }
        closeSegment(segment);
      }),
  };
}

function putAnnotations(segment: Segment, annotations: Annotations): void {
  for (const [key, value] of Object.entries(annotations)) if (value !== undefined) segment.addAnnotation(key, value);
}

/**
 * Closes a segment and so sends it, even if a call below it has not ended. The subsegment of such a call is sent by itself later,
 * as every subsegment below a Lambda's segment is.
 */
function closeSegment(segment: Segment): void {
  const { counter } = segment as unknown as { counter: number };
  if (counter > 0) Object.assign(segment, { counter: 0, subsegments: [] });
  segment.close();
}

function harmless<T>(trace: () => T): T | undefined {
  try {
    return trace();
  } catch (error) {
    return giveUp(error);
  }
}

function giveUp(error: unknown): undefined {
  if (!hasFailed) logger.warn('tracing failed; requests continue without traces', error as Error);
  hasFailed = true;
  return undefined;
}

/** Whether this invocation is traced: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader. */
const isSampled = (): boolean =>
  process.env['POWERTOOLS_TRACE_ENABLED'] !== 'false' && (process.env['_X_AMZN_TRACE_ID'] ?? '').includes('Sampled=1');
