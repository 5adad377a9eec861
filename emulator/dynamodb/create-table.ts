import { setTimeout as sleep } from 'node:timers/promises';
import type { TableSpec } from '../specs';
import { EngineError, errorCode } from './engine';
import type { Engine } from './engine';

const POLL_MS = 5;
const ACTIVE_WITHIN_MS = 10_000;

interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

/**
 * Creates a table and waits until it is active. If the engine keeps its data and already has the table, the table and
 * its items are kept.
 * @throws EngineError when the engine refuses the table, or has a table of this name with another key
 */
export async function createTable(engine: Engine, table: TableSpec): Promise<void> {
  const { address, name, attributes } = table;
  const keySchema = keySchemaOf(table);
  const isKey = (attribute: string): boolean => keySchema.some(({ AttributeName }) => AttributeName === attribute);
  const reply = await engine.send('CreateTable', {
    TableName: name,
    KeySchema: keySchema,
    AttributeDefinitions: attributes
      .filter((attribute) => isKey(attribute.name))
      .map((attribute) => ({ AttributeName: attribute.name, AttributeType: attribute.type })),
    BillingMode: 'PAY_PER_REQUEST',
  });
  if (reply.status !== 200 && errorCode(reply) !== 'ResourceInUseException') {
    throw new EngineError(`${address}: the DynamoDB engine refuses table "${name}": ${reply.body}`);
  }
  const found = await whenActive(engine, table);
  if (JSON.stringify(found.map(inOrder)) !== JSON.stringify(keySchema)) {
    throw new EngineError(`${address}: the engine already has a table "${name}" with another key; delete that table`);
  }
}

/** Waits until the table is active. Resolves with its key schema. */
async function whenActive(engine: Engine, { address, name }: TableSpec): Promise<KeyElement[]> {
  for (let waitedMs = 0; waitedMs < ACTIVE_WITHIN_MS; waitedMs += POLL_MS) {
    const { body } = await engine.send('DescribeTable', { TableName: name });
    const { Table } = JSON.parse(body) as { Table?: { TableStatus: string; KeySchema: KeyElement[] } };
    if (Table?.TableStatus === 'ACTIVE') return Table.KeySchema;
    await sleep(POLL_MS);
  }
  throw new EngineError(`${address}: table "${name}" is not active after ${ACTIVE_WITHIN_MS} ms; look at the engine's log`);
}

function keySchemaOf({ hashKey, rangeKey }: TableSpec): KeyElement[] {
  const hash: KeyElement = { AttributeName: hashKey, KeyType: 'HASH' };
  return rangeKey === undefined ? [hash] : [hash, { AttributeName: rangeKey, KeyType: 'RANGE' }];
}

const inOrder = ({ AttributeName, KeyType }: KeyElement): KeyElement => ({ AttributeName, KeyType });
