import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_TIMING, type Timing } from '../../agent';
import { startDemoService } from '../../agent/demo/demo-service';
import { AWS_LIMITS, type Limits } from '../../emulator/limits';
import type { Interceptor } from '../../emulator/services';
import { environments } from '../../environments';
import { startCloud, tableOf, type CloudUnderTest } from './tunnel';

/** What happens to the wake socket of an environment during the freeze, or to the next wake. */
export const DAMAGES = ['nothing', 'the socket is closed', 'the socket is half open', 'PostToConnection hangs'] as const;
export type Damage = (typeof DAMAGES)[number];

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** In ms. A socket still works after seconds, is unsure after half a minute, and is closed by API Gateway after ten minutes. */
export const FREEZES = { '1 s': SECOND, '40 s': 40 * SECOND, '11 min': 11 * MINUTE } as const;

export interface AfterTheFreeze {
  readonly text: string;
  /** How often the waiter read its row after the row was completed. */
  readonly lateReads: number;
}

/** A tunnel in mode `direct`. Its only waiter is frozen between two requests. */
export class FrozenWaiter {
  private hanging = false;
  private isCompleted = false;
  private lateReads = 0;

  private constructor(
    private readonly under: CloudUnderTest,
    private readonly closeService: () => Promise<void>,
  ) {}

  /** @param factor divides every time after which a connection is tested or closed, and the agent's intervals */
  static async start(factor: number): Promise<FrozenWaiter> {
    let watch: Interceptor = (_, next) => next();
    const under = await startCloud({
      mode: 'direct',
      limits: dividedLimits(factor),
      intercept: (call, next) => watch(call, next),
      environment: (settings) => ({
        ...settings,
        timings: {
          ...settings.timings,
          // A half-open socket never answers a probe, so the waiter waits this long: as long as in the environment `dev`.
          wakeHelloMs: environments.dev.timings.wakeHelloMs,
          wakeIdleMs: settings.timings.wakeIdleMs / factor,
          wakeRotateMs: settings.timings.wakeRotateMs / factor,
        },
      }),
    });
    const demo = await startDemoService();
    await under.agent({ target: { port: demo.port }, timing: dividedTiming(factor) });
    const waiter = new FrozenWaiter(under, () => demo.close());
    watch = ({ operation, input }, next) => {
      if (waiter.isCompleted && operation === 'GetItem' && input['TableName'] === tableOf(under.cloud, 'pending-requests'))
        waiter.lateReads += 1;
      const hangs = waiter.hanging && operation === 'ManageConnections' && input['apiId'] === waiter.wakeApiId;
      return hangs ? new Promise(() => undefined) : next();
    };
    await under.visit('/nonce/warm-up');
    return waiter;
  }

  /** Leaves the environments frozen for `ms`, does the damage halfway, and then sends a request. */
  async askAfter(ms: number, damage: Damage): Promise<AfterTheFreeze> {
    await sleep(ms / 2);
    this.harm(damage);
    await sleep(ms / 2);
    this.hanging = damage === 'PostToConnection hangs';
    const nonce = `after ${ms} ms, ${damage}`;
    const forget = this.under.cloud.services.dynamodb.onRecord(({ dynamodb: { NewImage } }) => {
      this.isCompleted ||= (NewImage?.['status'] as { S?: string } | undefined)?.S === 'completed';
    });
    const { text } = await this.under.visit(`/nonce/${encodeURIComponent(nonce)}`);
    forget();
    const { lateReads } = this;
    Object.assign(this, { hanging: false, isCompleted: false, lateReads: 0 });
    return { text: decodeURIComponent(text), lateReads };
  }

  noPendingRows(): Promise<void> {
    return this.under.noPendingRows();
  }

  async close(): Promise<void> {
    await this.under.close();
    await this.closeService();
  }

  private get wakeApiId(): string {
    return this.under.cloud.services.spec.webSocketApis.find(({ address }) => address.endsWith('wake-channel'))?.apiId ?? '';
  }

  private harm(damage: Damage): void {
    const { gateway } = this.under.cloud.services;
    const how = damage === 'the socket is closed' ? 'close' : damage === 'the socket is half open' ? 'vanish' : undefined;
    if (how) for (const { connectionId } of gateway.connections(this.wakeApiId)) gateway.drop(connectionId, how);
  }
}

function dividedLimits(factor: number): Partial<Limits> {
  const { webSocket, lambda } = AWS_LIMITS;
  return {
    webSocket: {
      ...webSocket,
      connectionMs: webSocket.connectionMs / factor,
      idleMs: webSocket.idleMs / factor,
      keepAliveMs: webSocket.keepAliveMs / factor,
    },
    // The environment must live longer than the freeze, which is possible on AWS.
    lambda: { ...lambda, idleEnvironmentMs: 60 * MINUTE },
  };
}

const dividedTiming = (factor: number): Partial<Timing> => ({
  pingIntervalMs: DEFAULT_TIMING.pingIntervalMs / factor,
  rotateAfterMs: DEFAULT_TIMING.rotateAfterMs / factor,
});
