import { chain } from '../emulator/aws-endpoint/call-recorder';
import { latencyOf, type LatencyProfile } from '../emulator/latency/latency-profile';
import type { Interceptor } from '../emulator/services';
import type { Environment } from '../environments';
import { startLocalTunnel, type LocalTunnel, type LocalTunnelOptions } from '../local/local-tunnel';
import type { Meter } from './meter';

export interface MeasuredTunnelOptions extends Required<Pick<LocalTunnelOptions, 'interceptInvocation'>> {
  readonly environment: Environment;
  /** Directory of the functions' zips. */
  readonly bundles: string;
  readonly latency: LatencyProfile;
  readonly seed: number;
  readonly meter: Meter;
  /** What sees the calls of functions before the meter. */
  readonly interceptors: readonly Interceptor[];
}

/** Starts a tunnel as a benchmark needs it: metered, and with nothing that AWS would not do for most requests. */
export function startMeasuredTunnel({
  environment,
  bundles,
  latency: profile,
  seed,
  meter,
  interceptors,
  interceptInvocation,
}: MeasuredTunnelOptions): Promise<LocalTunnel> {
  const latency = latencyOf(profile, seed);
  return startLocalTunnel({
    environment,
    bundles,
    // There is no code cache: AWS compiles a function's code at every start.
    codeCache: undefined,
    // Almost no request is traced on AWS either.
    traces: false,
    // An alarm would roll back a contender that is slow by design, and the bench would then measure polling under its name.
    watch: false,
    log: meter.onLog,
    latency: (operation) => {
      meter.onLatency(operation);
      return latency?.(operation) ?? 0;
    },
    cpuShare: profile.cpuShare,
    intercept: chain(...interceptors, meter.intercept),
    interceptInvocation,
  });
}
