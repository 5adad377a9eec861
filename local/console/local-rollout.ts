import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { LocalCloud } from '../../emulator/local-cloud';
import type { Environment } from '../../environments';
import { physicalName } from '../../environments/physical-name';
import { ROLLOUT_ID } from '../../functions/core/rollout-item';
import { storedRollout, type StoredRollout } from '../../functions/core/rollout-store';

/** The rollout of an environment: what its settings say, and what is stored. */
export interface RolloutSource {
  /** The share until somebody sets another. */
  readonly initialPercent: number;
  /** The kill switch: false makes all requests poll. */
  readonly useEventDriven: boolean;
  read(): Promise<StoredRollout>;
}

/** Reads the item beside the cloud's interceptors: the console must neither wait for injected faults nor be counted as a caller. */
export function localRollout({ services }: LocalCloud, { name, responsePath }: Environment): RolloutSource {
  const input = {
    TableName: physicalName('table', name, 'tunnels'),
    Key: { tunnelId: { S: ROLLOUT_ID } },
    ConsistentRead: true,
  };
  const { dynamodb, operator: caller } = services;
  return {
    initialPercent: responsePath.percent,
    useEventDriven: responsePath.useEventDriven,
    async read() {
      const { body } = await dynamodb.service({ service: 'dynamodb', operation: 'GetItem', caller, input, arrivedAt: performance.now() });
      const { Item } = JSON.parse(String(body)) as { Item?: Parameters<typeof unmarshall>[0] };
      return storedRollout(Item && unmarshall(Item));
    },
  };
}
