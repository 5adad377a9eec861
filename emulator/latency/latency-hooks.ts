import { setTimeout as delay } from 'node:timers/promises';
import type { AwsCall, Interceptor, InvocationInterceptor } from '../services';
import type { LatencyOperation } from './aws-latency';
import type { Latency } from './latency-profile';

/** Hooks that make the services of the local cloud as slow as a latency profile says. Without a profile there are no hooks. */
export interface LatencyHooks {
  readonly intercept?: Interceptor;
  readonly interceptInvocation?: InvocationInterceptor;
  readonly beforeMock?: () => Promise<void>;
  readonly beforeDelivery?: () => Promise<void>;
  readonly beforeBatch?: () => Promise<void>;
  readonly beforeColdStart?: () => Promise<void>;
}

export function latencyHooks(latency: Latency | undefined): LatencyHooks {
  if (!latency) return {};
  const before = (operation: LatencyOperation) => () => pass(latency(operation));
  return {
    intercept: async (call, next) => {
      const operation = operationOf(call);
      if (operation === undefined) return next();
      const transfer = (bytes: number): number => (call.service === 's3' && bytes > 0 ? (latency('S3 transfer of 1 MB') * bytes) / MB : 0);
      const endsAt = call.arrivedAt + latency(operation) + transfer(Number(call.input['bytes'] ?? 0));
      const left = (): number => endsAt - performance.now();
      // Half of the wait is before the call, half after it: data can be read before its writer gets the reply. PostToConnection waits
      // before the call only, because its latency lasts until the client has the message.
      await pass(operation === 'PostToConnection' ? left() : left() / 2);
      const reply = await next();
      // The time that the local service took, since it read the call, is part of AWS's latency and not added to it.
      await pass(left() + transfer(reply.body.length));
      return reply;
    },
    interceptInvocation: async (_, next) => {
      await pass(latency('gateway to function'));
      return next();
    },
    beforeMock: before('MOCK route'),
    beforeDelivery: before('bus to target'),
    beforeBatch: before('stream read'),
    beforeColdStart: before('cold start'),
  };
}

/** Waits, rounded to whole milliseconds, the precision of timers in Node.js. The timer does not keep the process alive. */
async function pass(ms: number): Promise<void> {
  const whole = Math.round(ms);
  if (whole > 0) await delay(whole, undefined, { ref: false });
}

const MB = 1024 * 1024;

const S3_READS = /^(Get|Head|List)/;
const DYNAMODB_READS = /^(Batch)?Get|^Query$|^Scan$/;

/** The operation of the profile that a call belongs to. */
export function operationOf({ service, operation }: Pick<AwsCall, 'service' | 'operation'>): LatencyOperation | undefined {
  switch (service) {
    case 'dynamodb':
      return DYNAMODB_READS.test(operation) ? 'DynamoDB read' : 'DynamoDB write';
    case 'execute-api':
      return operation === 'ManageConnections' ? 'PostToConnection' : 'WebSocket connect';
    case 'events':
      return 'PutEvents';
    case 's3':
      return S3_READS.test(operation) ? 'S3 read' : 'S3 write';
    case 'ssm':
      return 'GetParameter';
    default:
      return undefined;
  }
}
