/** Derives how long each operation of the latency profile took, from the traces of the functions. */
import type { LatencyOperation } from '../../emulator/latency/aws-latency';
import { operationOf } from '../../emulator/latency/latency-hooks';
import type { Segment } from '../../emulator/xray/segment';
import { WAKE_SPANS } from '../../functions/span-names';
import { invocationsIn, type Call, type Invocation } from './invocations';
import { median } from './statistics';

/** All operations except the reading of the key of agent tokens: `authorize-agent` reads it at init, where nothing is traced. */
export type Measurable = Exclude<LatencyOperation, 'GetParameter'>;

/** In ms. */
export type Samples = Readonly<Partial<Record<Measurable, readonly number[]>>>;

/** A visitor's request that needed no agent. */
export interface Direct {
  readonly requestId: string;
  /** How long the visitor waited, in ms. */
  readonly ms: number;
}

export interface Observed {
  readonly environment: string;
  /** What answers a hello on the wake channel. Only a template of API Gateway is the profile's MOCK route. */
  readonly wakeHello: 'mock' | 'function';
  readonly segments: readonly Segment[];
  /** Ids of the requests whose body of `LARGE_MB` went through the bucket. */
  readonly large: ReadonlySet<string>;
  readonly direct: readonly Direct[];
  /** From the visitor to the HTTP API and back, in ms. */
  readonly roundTripMs: number;
}

/** The names of the SDK's clients in traces, and the prefixes of their APIs. */
const APIS: Readonly<Record<string, string>> = {
  DynamoDB: 'dynamodb',
  ApiGatewayManagementApi: 'execute-api',
  EventBridge: 'events',
  S3: 's3',
};

/** Size of a large request. The transfer has to take longer than the time by which one write differs from the next. */
export const LARGE_MB = 4;

/** Lambda reads a stream four times a second. A row waits for the next read, a period at most. */
export const STREAM_PERIOD_MS = 250;

export function samplesIn(observed: Observed): Samples {
  const invocations = invocationsIn(observed.segments, observed.environment);
  const samples: Partial<Record<Measurable, number[]>> = {};
  const add = (operation: Measurable, ms: number): void => void (samples[operation] ??= []).push(ms);

  const large: number[] = [];
  for (const invocation of invocations) {
    const isLarge = [...invocation.requestIds].some((id) => observed.large.has(id));
    for (const call of invocation.calls) {
      const operation = profiled(call);
      // The first calls of a new environment also open connections.
      if (operation === undefined || invocation.initAt !== undefined) continue;
      if (operation === 'S3 write' && isLarge) large.push(call.ms);
      else add(operation, call.ms);
    }
    for (const { name, ms } of invocation.spans) {
      if (name === WAKE_SPANS.connect) add('WebSocket connect', ms);
      if (name === WAKE_SPANS.hello && observed.wakeHello === 'mock') add('MOCK route', ms);
    }
    // An environment that was started before it was needed is no cold start for its caller.
    const placedMs = invocation.initAt === undefined ? 0 : invocation.initAt - invocation.askedAt;
    if (placedMs >= 1) add('cold start', placedMs);
  }
  for (const ms of transfers(large, samples['S3 write'] ?? [])) add('S3 transfer of 1 MB', ms);
  for (const ms of busDeliveries(invocations)) add('bus to target', ms);
  for (const ms of streamReads(invocations)) add('stream read', ms);
  for (const ms of gatewayTimes(invocations, observed)) add('gateway to function', ms);
  return samples;
}

function profiled(call: Call): Measurable | undefined {
  if (call.failed) return undefined;
  const service = APIS[call.name];
  if (service === undefined) return undefined;
  // The profile has one figure for messages; deleting a connection or asking about one is another operation.
  if (service === 'execute-api') return call.operation === 'PostToConnection' ? 'PostToConnection' : undefined;
  const operation = operationOf({ service, operation: call.operation });
  return operation === 'GetParameter' ? undefined : operation;
}

/** The time that 1 MB adds to a write. A sample is below 0 when its write was quicker than most small ones. */
function transfers(large: readonly number[], small: readonly number[]): number[] {
  if (small.length === 0) return [];
  const write = median(small);
  return large.map((ms) => (ms - write) / LARGE_MB);
}

/** From the middle of PutEvents, when the bus has the event at the earliest known time, to the target's invocation. */
function busDeliveries(invocations: readonly Invocation[]): number[] {
  const published = new Map<string, number>();
  for (const { functionName, requestIds, calls } of invocations) {
    const puts = calls.filter(({ operation }) => operation === 'PutEvents');
    // With several calls in one batch it is not known which of them carried a request.
    if (functionName !== 'process-stream' || puts.length !== 1) continue;
    for (const id of requestIds) published.set(id, middleOf(puts[0] as Call));
  }
  return sinceThen(published, invocations, 'wake-waiter');
}

/** From the middle of the update that completes a row, to the invocation with the row's change. */
function streamReads(invocations: readonly Invocation[]): number[] {
  const updated = new Map<string, number>();
  for (const { functionName, requestIds, calls } of invocations) {
    const update = calls.find(({ operation, table }) => operation === 'UpdateItem' && table?.endsWith('pending-requests'));
    if (functionName !== 'receive-message' || !update) continue;
    for (const id of requestIds) updated.set(id, middleOf(update));
  }
  return sinceThen(updated, invocations, 'process-stream');
}

function sinceThen(times: ReadonlyMap<string, number>, invocations: readonly Invocation[], functionName: string): number[] {
  return invocations
    .filter((invocation) => invocation.functionName === functionName)
    .flatMap(({ requestIds, askedAt }) => [...requestIds].flatMap((id) => askedAt - (times.get(id) ?? Infinity)))
    .filter((ms) => ms > 0 && Number.isFinite(ms));
}

/** What a visitor waits for beyond the function and the way there and back. */
function gatewayTimes(invocations: readonly Invocation[], { direct, roundTripMs }: Observed): number[] {
  const warm = invocations.filter(({ functionName, initAt }) => functionName === 'forward-request' && initAt === undefined);
  const ran = new Map(warm.flatMap(({ requestIds, ranMs }) => [...requestIds].map((id) => [id, ranMs] as const)));
  return direct.flatMap(({ requestId, ms }) => ms - roundTripMs - (ran.get(requestId) ?? Infinity)).filter((ms) => Number.isFinite(ms));
}

const middleOf = ({ at, ms }: Call): number => at + ms / 2;
