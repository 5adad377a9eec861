import { setTimeout as delay } from 'node:timers/promises';
import type { AwsCall, Interceptor, InvocationInterceptor } from '../services';
import type { LatencyOperation } from './aws-latency';
import type { Latency } from './latency-profile';

/** Where the services of the local cloud wait to be as slow as a profile says. Without a profile nothing waits. */
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
      // There and back: what is written can be read before its writer hears so. A message counts as delivered at the end.
      await pass(operation === 'PostToConnection' ? left() : left() / 2);
      const reply = await next();
      // What the service here took, from reading the call on, is part of the time that AWS's takes, not on top of it.
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

/** Waits, to the whole millisecond, which is what timers of Node.js can do; keeps no process alive. */
async function pass(ms: number): Promise<void> {
  const whole = Math.round(ms);
  if (whole > 0) await delay(whole, undefined, { ref: false });
}

const MB = 1024 * 1024;

const S3_READS = /^(Get|Head|List)/;
const DYNAMODB_READS = /^(Batch)?Get|^Query$|^Scan$/;

function operationOf({ service, operation }: AwsCall): LatencyOperation | undefined {
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
