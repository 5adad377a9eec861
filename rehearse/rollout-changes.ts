import type { AwsCall, Interceptor } from '../emulator/services';

export interface RolloutChange {
  /** Time at which the change was written, in ms since the epoch. */
  readonly at: number;
  readonly percent: number;
}

/** Key of the rollout item in the table of tunnels. */
const ROLLOUT_ID = '#rollout';

/** Records each change of the rollout item, by any caller. */
export class RolloutChanges {
  private readonly seen: RolloutChange[] = [];

  readonly intercept: Interceptor = async (call, next) => {
    const reply = await next();
    const percent = call.operation === 'PutItem' ? percentIn(call) : undefined;
    if (percent !== undefined) this.seen.push({ at: Date.now(), percent });
    return reply;
  };

  /** All changes, oldest first. */
  get all(): readonly RolloutChange[] {
    return this.seen;
  }

  /** Time at which the share was first set to 0 after `from`. */
  rolledBackAfter(from: number): number | undefined {
    return this.seen.find(({ at, percent }) => at >= from && percent === 0)?.at;
  }
}

function percentIn({ input }: AwsCall): number | undefined {
  const { tunnelId, percent } = (input['Item'] ?? {}) as { tunnelId?: { S?: string }; percent?: { N?: string } };
  return tunnelId?.S === ROLLOUT_ID && percent?.N !== undefined ? Number(percent.N) : undefined;
}
