import type { AwsCall, Interceptor } from '../emulator/services';
import { shortName } from '../environments/physical-name';

/** Durations of the functions' AWS calls, measured in the cloud: means in ms, by caller and operation. */
export class SpanTimes {
  on = false;
  private readonly sums = new Map<string, { count: number; ms: number }>();

  readonly intercept: Interceptor = async (call, next) => {
    if (!this.on) return next();
    const beganAt = performance.now();
    try {
      return await next();
    } finally {
      const key = nameOf(call);
      const sum = this.sums.get(key) ?? { count: 0, ms: 0 };
      this.sums.set(key, { count: sum.count + 1, ms: sum.ms + performance.now() - beganAt });
    }
  };

  /** @param name such as `receive-message UpdateItem`, or `receive-message ManageConnections` followed by the API's id */
  mean(name: string): number {
    const sum = this.sums.get(name);
    return sum ? sum.ms / sum.count : 0;
  }
}

function nameOf({ caller, operation, input }: AwsCall): string {
  const api = typeof input['apiId'] === 'string' ? ` ${input['apiId']}` : '';
  return `${shortName(caller.functionName)} ${operation}${api}`;
}
