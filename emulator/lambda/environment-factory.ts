import { randomUUID } from 'node:crypto';
import type { ProcessGuard } from '../process-guard';
import type { LogSink } from '../services';
import type { FunctionSpec } from '../specs';
import { environmentVariables } from './environment-variables';
import type { FunctionCode } from './function-code';
import { FunctionEnvironment, type FunctionEnvironmentOptions } from './function-environment';
import type { FunctionKeys } from './function-keys';
import { newSessionToken } from './function-keys';
import type { RuntimeApi } from './runtime-api';

export interface EnvironmentFactoryOptions {
  readonly region: string;
  readonly awsEndpoint: () => string;
  readonly xrayDaemon?: string;
  readonly initLimitMs: number;
  readonly cpuShare: boolean;
  readonly guard: ProcessGuard;
  readonly log: LogSink;
  readonly code: FunctionCode;
  readonly keys: FunctionKeys;
  readonly runtimeApi: RuntimeApi;
}

/** Starts execution environments: gives each an id, credentials, a log stream and a path in the Runtime API. */
export class EnvironmentFactory {
  constructor(private readonly options: EnvironmentFactoryOptions) {}

  start(spec: FunctionSpec, listeners: Pick<FunctionEnvironmentOptions, 'onAnswered' | 'onFinished'>): FunctionEnvironment {
    const { code, cpuShare, guard, initLimitMs, keys, log, runtimeApi } = this.options;
    const id = randomUUID();
    const sessionToken = newSessionToken();
    const environment = new FunctionEnvironment({
      spec,
      initLimitMs,
      cpuShare,
      sandbox: (host) => ({
        id,
        functionName: spec.name,
        memoryMb: spec.memoryMb,
        taskRoot: code.rootOf(spec),
        codeCache: code.cacheOf(spec),
        variables: this.variables(spec, id, sessionToken, runtimeApi.add(id, host)),
        guard,
      }),
      log: (text, requestId) => log({ at: Date.now(), functionName: spec.name, environmentId: id, requestId, text }),
      ...listeners,
    });
    keys.add(sessionToken, environment.sandbox);
    environment.sandbox.once('exit', () => runtimeApi.remove(id));
    return environment;
  }

  private variables(spec: FunctionSpec, id: string, sessionToken: string, runtimeApi: string): Record<string, string> {
    const { awsEndpoint, code, keys, region, xrayDaemon } = this.options;
    return environmentVariables({
      spec,
      region,
      key: keys.of(spec),
      sessionToken,
      taskRoot: code.rootOf(spec),
      logStream: logStreamName(id, new Date()),
      runtimeApi,
      awsEndpoint: awsEndpoint(),
      xrayDaemon,
    });
  }
}

/** `2026/11/24/[$LATEST]0123456789abcdef0123456789abcdef`: one stream per environment, as on AWS. */
function logStreamName(environmentId: string, now: Date): string {
  return `${now.toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${environmentId.replaceAll('-', '')}`;
}
