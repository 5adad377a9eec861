import { PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { RolloutItem } from '../../functions/core/rollout-item';
import type { RolloutStore, StoredRollout } from '../../functions/core/rollout-store';
import { FORWARD_REQUEST } from './dynamodb-endpoint';
import { tableOf, type CloudUnderTest } from './tunnel';

/** A valid item, by default with 25 %. */
export const rolloutItem = (more: Partial<RolloutItem> = {}): RolloutItem => ({
  version: 1,
  percent: 25,
  percentBefore: 10,
  since: 1_000_000,
  by: 'ann',
  why: 'next stage',
  latched: false,
  ...more,
});

/** The rollout's table in memory. `beforeReplace` simulates another writer between read and write. */
export class RolloutInMemory implements RolloutStore {
  readonly records = new Map<number, RolloutItem>();
  beforeReplace: () => void = () => undefined;

  constructor(
    public item: RolloutItem | undefined,
    public isMalformed = false,
  ) {}

  async read(): Promise<StoredRollout> {
    return { ...(this.item && { item: this.item }), isMalformed: this.isMalformed, revision: this.item?.since };
  }

  async replace({ revision }: StoredRollout, item: RolloutItem): Promise<boolean> {
    this.beforeReplace();
    if (this.item?.since !== revision) return false;
    this.item = item;
    this.isMalformed = false;
    return true;
  }

  async record(item: RolloutItem): Promise<void> {
    this.records.set(item.since, item);
  }
}

/** Writes the rollout item, or an invalid item in its place, without a check by IAM. */
export async function putRollout({ cloud }: CloudUnderTest, item: object): Promise<void> {
  const input = { TableName: tableOf(cloud, 'tunnels'), Item: marshall({ tunnelId: '#rollout', ...item }) };
  await cloud.services.dynamodb.service({ service: 'dynamodb', operation: 'PutItem', caller: FORWARD_REQUEST, input, arrivedAt: 0 });
}

/** Deletes the rollout item and its records, as if the rollout had never been changed. */
export async function deleteRollout({ cloud }: CloudUnderTest): Promise<void> {
  const { dynamodb } = cloud.services;
  const TableName = tableOf(cloud, 'tunnels');
  for (const { tunnelId } of await dynamodb.scan(TableName)) {
    if (!tunnelId || !('S' in tunnelId) || !tunnelId.S.startsWith('#rollout')) continue;
    const input = { TableName, Key: { tunnelId } };
    await dynamodb.service({ service: 'dynamodb', operation: 'DeleteItem', caller: FORWARD_REQUEST, input, arrivedAt: 0 });
  }
}

/** Writes the rollout item through a client. */
export async function putRolloutItem(client: DynamoDBDocumentClient, table: string, item: object): Promise<void> {
  await client.send(new PutCommand({ TableName: table, Item: { tunnelId: '#rollout', ...item } }));
}
