/** Where a probe runs: a deployed environment, or the local cloud of `npm start`. */
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { XRayClient } from '@aws-sdk/client-xray';
import { CommandLineError } from '../cli/command-line';
import { environments, type Environment, type EnvironmentName } from '../environments';
import { tokenKeyParameter } from '../environments/physical-name';
import { requestHandlerFor } from '../functions/aws/request-handler';
import { readRunningCloud, type RunningCloud } from '../local/running-cloud';
import { addressesIn, tokenFrom, tokenSignedWith, type Addresses, type Claims } from './deployed';

export interface Place extends Addresses {
  readonly environment: string;
  /** Grants `probe-*`. */
  readonly token: string;
  readonly xray: XRayClient;
  readonly settings: PlaceSettings;
  /** How soon traces can be read. */
  readonly traceDelayMs: number;
}

/** Settings of the environment that decide what can be measured, and how. */
type PlaceSettings = Pick<Environment, 'wakeHello' | 'timings'>;

const CLAIMS: Claims = { owner: 'probe', names: 'probe-*', life: '1h' };
/** X-Ray's traces come within a minute, the local cloud's at once. */
const TRACE_DELAY_MS = { local: 500, aws: 10_000 };
/** Time for one attempt of a call, of which the SDK makes three; in ms. */
const CALL_MS = 5000;

/**
 * @param settings of the environment, as it is deployed
 * @throws CommandLineError, or NoRunningCloudError when no local cloud runs
 */
export async function placeOf(
  environment: EnvironmentName,
  outputs: string | undefined,
  settings: Environment = environments[environment],
): Promise<Place> {
  if (environment === 'local') {
    if (outputs !== undefined)
      throw new CommandLineError('--outputs is not for local: the probe finds the local cloud of npm start by itself');
    return localPlace(readRunningCloud(), settings);
  }
  if (outputs === undefined) throw new CommandLineError('--outputs is missing: give the file that cdktf deploy --outputs-file wrote');
  if (!settings.tracing) {
    throw new CommandLineError(`${environment} writes no traces: set tracing: true in environments/${environment}.ts, and deploy`);
  }
  return {
    environment,
    ...addressesIn(outputs, environment),
    token: await tokenFrom(process.env, CLAIMS),
    xray: new XRayClient({ region: settings.region, requestHandler: requestHandlerFor(CALL_MS) }),
    settings,
    traceDelayMs: TRACE_DELAY_MS.aws,
  };
}

/** The token is signed with the key in the local cloud's own Parameter Store. */
export async function localPlace(cloud: RunningCloud, settings: PlaceSettings): Promise<Place> {
  const { endpoint, region, accessKeyId, secretAccessKey, environment, agentEndpoint, visitorUrl } = cloud;
  const aws = { endpoint, region, credentials: { accessKeyId, secretAccessKey }, requestHandler: requestHandlerFor(CALL_MS) };
  const ssm = new SSMClient(aws);
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: tokenKeyParameter(environment), WithDecryption: true }));
  ssm.destroy();
  return {
    environment,
    agentEndpoint,
    visitorUrl,
    token: await tokenSignedWith(Parameter?.Value ?? '', CLAIMS),
    xray: new XRayClient(aws),
    settings,
    traceDelayMs: TRACE_DELAY_MS.local,
  };
}
