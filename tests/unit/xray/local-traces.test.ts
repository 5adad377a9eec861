import type { InvocationRecord } from '../../../emulator/lambda/invocation';
import { LogStore } from '../../../emulator/logs/log-store';
import { lambdaSegments } from '../../../emulator/xray/lambda-segments';
import { LocalTraces } from '../../../local/story/local-traces';
import type { Segment } from '../../../emulator/xray/segment';

const traceId = (n: number): string => `1-5f84c7a1-${String(n).padStart(24, '0')}`;
const FORWARD = 'http-tunnel-local-forward-request';

/** An invocation with 100 ms of function time, beginning at 1000. */
const invocation = (trace: number, functionName: string, more: Partial<InvocationRecord> = {}): InvocationRecord => ({
  at: 1100,
  functionName,
  requestId: `lambda-${trace}`,
  environmentId: 'e',
  coldStart: false,
  waitedMs: 0,
  durationMs: 100,
  billedMs: 100,
  kind: 'ok',
  trace: { traceId: traceId(trace), sampled: true, segmentId: `segment-${trace}`, askedAt: 990, handlerMs: 80 },
  ...more,
});

/** A segment that the function itself sends: the handler, or a segment below the handler. */
const sent = (trace: number, name: string, annotations: Record<string, string>, more: Partial<Segment> = {}): Segment => ({
  id: `${name}-${trace}-${JSON.stringify(annotations)}`,
  name,
  trace_id: traceId(trace),
  parent_id: `segment-${trace}`,
  type: 'subsegment',
  start_time: 1.001,
  end_time: 1.08,
  annotations,
  ...more,
});

const line = (text: string, requestId: string, at = 1050) => ({ at, functionName: FORWARD, environmentId: 'e', requestId, text });

describe('the traces of the local cloud', () => {
  let logs: LogStore;
  let traces: LocalTraces;
  beforeEach(() => {
    logs = new LogStore();
    traces = new LocalTraces(logs);
  });
  const addInvocation = (record: InvocationRecord): void => lambdaSegments(record).forEach((segment) => traces.add(segment));
  const texts = (requestId: string): string[] =>
    traces.timeline(requestId).map(({ functionName, text, depth }) => `${depth} ${functionName} ${text}`);

  test('have the segments that Lambda records for an invocation, including its cold start', () => {
    addInvocation(invocation(1, FORWARD, { coldStart: true, initMs: 50 }));
    const [service, ran] = traces.segments();
    expect(service).toMatchObject({ origin: 'AWS::Lambda', start_time: 0.95, end_time: 1.1, aws: { request_id: 'lambda-1' } });
    expect(ran).toMatchObject({ id: 'segment-1', parent_id: service?.id, origin: 'AWS::Lambda::Function', start_time: 0.95 });
    expect(ran?.subsegments?.map(({ name, start_time, end_time }) => [name, start_time, end_time])).toEqual([
      ['Initialization', 0.95, 1],
      ['Invocation', 1, 1.08],
      ['Overhead', 1.08, 1.1],
    ]);
  });

  test('have no segments of an invocation that is not sampled', () => {
    const { trace: _, ...unsampled } = invocation(1, FORWARD);
    addInvocation(unsampled);
    expect(traces.segments()).toEqual([]);
  });

  test('join the functions of one request by its id, without the parts of other requests in a batch', () => {
    traces.add(sent(1, '## handler', { requestId: 'r-1', Service: 'forward-request', tunnelId: 'demo', mode: 'bus' }));
    addInvocation(invocation(1, FORWARD));
    traces.add(sent(2, '## handler', { Service: 'process-stream' }, { id: 'batch' }));
    traces.add(sent(2, '## answer', { requestId: 'r-1' }, { parent_id: 'batch' }));
    traces.add(sent(2, '## answer', { requestId: 'r-2' }, { parent_id: 'batch', id: 'other' }));
    traces.add({ ...sent(2, 'DynamoDB', {}), parent_id: 'other', aws: { operation: 'OfTheOther' } });
    traces.add({ ...sent(2, 'EventBridge', {}), parent_id: 'batch', aws: { operation: 'PutEvents' } });
    addInvocation(invocation(2, 'http-tunnel-local-process-stream'));
    traces.add(sent(3, '## handler', { requestId: 'r-3', Service: 'forward-request' }));
    addInvocation(invocation(3, FORWARD));
    expect(texts('r-1')).toEqual([
      '0 forward-request invocation: tunnel demo, mode bus',
      '0 process-stream invocation',
      '1 process-stream EventBridge PutEvents',
    ]);
    expect(texts('r-2')).toContain('1 process-stream DynamoDB OfTheOther');
    expect(texts('nobody')).toEqual([]);
  });

  test('show the log lines of a function that crashed before it sent a segment', () => {
    logs.add(line('{"level":"INFO","message":"half way","requestId":"r-1"}', 'lambda-1'));
    logs.add(line('2026-11-25T03:00:00Z lambda-1 Task timed out after 30.00 seconds', 'lambda-1', 1090));
    logs.add(line('REPORT RequestId: lambda-1\tDuration: 30000 ms', 'lambda-1', 1095));
    logs.add(line('{"level":"INFO","message":"of another","requestId":"r-2"}', 'lambda-2'));
    addInvocation(invocation(1, FORWARD, { kind: 'error', errorType: 'Sandbox.Timedout' }));
    const timeline = traces.timeline('r-1');
    expect(timeline.map(({ text }) => text)).toEqual([
      'invocation: Sandbox.Timedout',
      'half way',
      '2026-11-25T03:00:00Z lambda-1 Task timed out after 30.00 seconds',
    ]);
    expect(timeline.map(({ failed }) => failed)).toEqual([true, false, true]);
  });

  test('list the latest requests, newest first, with their outcome', () => {
    traces.add(sent(1, '## handler', { requestId: 'r-1', Service: 'forward-request', tunnelId: 'demo', mode: 'direct' }));
    traces.add(sent(2, '## handler', { requestId: 'r-1', Service: 'receive-message' }));
    traces.add(sent(3, '## handler', { requestId: 'r-2', Service: 'forward-request', error: 'agent_away' }));
    expect(traces.recent(10)).toEqual([
      { requestId: 'r-2', at: expect.closeTo(1001), ms: expect.closeTo(79), failed: true, error: 'agent_away' },
      { requestId: 'r-1', at: expect.closeTo(1001), ms: expect.closeTo(79), failed: false, tunnelId: 'demo', mode: 'direct' },
    ]);
    expect(traces.recent(1).map(({ requestId }) => requestId)).toEqual(['r-2']);
  });

  test('drop the oldest traces and their requests when there are too many segments', () => {
    const few = new LocalTraces(logs, 30);
    for (let n = 0; n < 1000; n++) few.add(sent(n, '## handler', { requestId: `r-${n}`, Service: 'forward-request' }));
    expect(few.segments()).toHaveLength(30);
    expect(few.recent(1000).map(({ requestId }) => requestId)).toEqual(Array.from({ length: 30 }, (_, i) => `r-${999 - i}`));
  });
});
