import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import os from 'node:os';
import { environments, type Environment, type EnvironmentName } from '../environments';
import { requestHandlerFor } from '../functions/aws/request-handler';
import { rolloutTable } from '../functions/aws/rollout-table';
import { readRunningCloud } from '../local/running-cloud';
import { physicalName } from '../environments/physical-name';
import type { Operation } from './commands';
import { cloudWatch } from './watch';

/** An operator sees within seconds that a service does not answer: the SDK makes three attempts. In ms for one attempt. */
const CALL_MS = 5000;

/** How to reach an environment, and its initial settings. */
export interface RolloutPlace {
  /** Settings for SDK clients. */
  readonly client: {
    readonly region: string;
    readonly endpoint?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Time for one attempt of a call, in ms; default 5000. */
  readonly callMs?: number;
  readonly responsePath: Pick<Environment['responsePath'], 'percent' | 'useEventDriven'>;
}

/** @throws NoRunningCloudError for `local` when none runs */
function placeOf(environment: EnvironmentName): RolloutPlace {
  const { region, responsePath } = environments[environment];
  if (environment !== 'local') return { client: { region }, responsePath };
  const { endpoint, accessKeyId, secretAccessKey, ...running } = readRunningCloud();
  const credentials = { accessKeyId, secretAccessKey };
  return { client: { region: running.region, endpoint, credentials }, responsePath: running.responsePath ?? responsePath };
}

export interface RolloutConnection {
  readonly operation: Operation;
  /** Name of the table that holds the rollout. */
  readonly table: string;
  readonly region: string;
  /** Returns the owner of the credentials. */
  whoAmI(): Promise<string>;
  close(): void;
}

/** @param timeFactor divides soak times */
export function connect(name: EnvironmentName, timeFactor: number, place = placeOf(name)): RolloutConnection {
  const { responsePath, callMs = CALL_MS } = place;
  const client = { ...place.client, requestHandler: requestHandlerFor(callMs) };
  const dynamodb = new DynamoDBClient(client);
  const cloudwatch = new CloudWatchClient(client);
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  const table = physicalName('table', name, 'tunnels');
  return {
    operation: {
      store: rolloutTable(documents, table),
      watch: cloudWatch(cloudwatch, name),
      now: Date.now,
      initialPercent: responsePath.percent,
      useEventDriven: responsePath.useEventDriven,
      timeFactor,
    },
    table,
    region: client.region,
    whoAmI: () => (name === 'local' ? Promise.resolve(localUser()) : callerOf(client)),
    close() {
      dynamodb.destroy();
      cloudwatch.destroy();
    },
  };
}

async function callerOf(settings: RolloutPlace['client']): Promise<string> {
  const client = new STSClient({ ...settings, maxAttempts: 1 });
  try {
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    return Arn ?? localUser();
  } catch {
    // `off` must not depend on one more service. Invalid credentials fail at the table anyway.
    return localUser();
  } finally {
    client.destroy();
  }
}

const localUser = (): string => os.userInfo().username;
