import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import os from 'node:os';
import { environments, type EnvironmentName } from '../environments';
import { rolloutTable } from '../functions/aws/rollout-table';
import { readRunningCloud } from '../local/running-cloud';
import { physicalName } from '../modules/physical-name';
import type { Operation } from './commands';
import { cloudWatch } from './watch';

/** Where an environment is, as SDK clients want to know it. */
interface Place {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** @throws NoRunningCloudError for `local` when none runs */
function placeOf(environment: EnvironmentName): Place {
  if (environment !== 'local') return { region: environments[environment].region };
  const { region, endpoint, accessKeyId, secretAccessKey } = readRunningCloud();
  return { region, endpoint, credentials: { accessKeyId, secretAccessKey } };
}

export interface Connection {
  readonly operation: Operation;
  /** Name of the table that holds the rollout. */
  readonly table: string;
  readonly region: string;
  /** Whom the credentials belong to. */
  whoAmI(): Promise<string>;
  close(): void;
}

/** @param timeFactor divides soak times */
export function connect(name: EnvironmentName, timeFactor: number, place = placeOf(name)): Connection {
  const { responsePath } = environments[name];
  const dynamodb = new DynamoDBClient(place);
  const cloudwatch = new CloudWatchClient(place);
  const documents = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  const table = physicalName('table', name, 'tunnels');
  return {
    operation: {
      store: rolloutTable(documents, table),
      watch: cloudWatch(cloudwatch, `http-tunnel-${name}-`),
      now: Date.now,
      initialPercent: responsePath.percent,
      useEventDriven: responsePath.useEventDriven,
      timeFactor,
    },
    table,
    region: place.region,
    whoAmI: () => (name === 'local' ? Promise.resolve(localUser()) : callerOf(place)),
    close() {
      dynamodb.destroy();
      cloudwatch.destroy();
    },
  };
}

async function callerOf(place: Place): Promise<string> {
  const client = new STSClient(place);
  try {
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    return Arn ?? localUser();
  } catch {
    // Turning it off must not depend on one more service; credentials that are no good show at the table.
    return localUser();
  } finally {
    client.destroy();
  }
}

const localUser = (): string => os.userInfo().username;
