/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
import type { AwsCall } from '../services';
import type { Access } from '../iam/evaluate';
import { keyAccess } from '../kms/key-access';
import type { Place } from '../iam/place';

type Input = Readonly<Record<string, unknown>>;

/**
 * A transaction needs the rights of its single items:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
const TRANSACTION_ITEMS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

export function dynamodbAccess({ operation, input }: Pick<AwsCall, 'operation' | 'input'>, place: Place): Access[] {
  return distinct(uses(operation, input)).flatMap(([name, table, index]) => {
    const action = `dynamodb:${name}`;
    if (table === undefined) return [{ action, resource: '*' }];
    const tableArn = table.startsWith('arn:') ? table : place.arn('dynamodb', `table/${table}`);
    const resource = index === undefined ? tableArn : `${tableArn}/index/${index}`;
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    return [{ action, resource }, ...keyAccess(tableArn, place, 'Decrypt')];
  });
}

type Use = readonly [action: string, table?: string, index?: string];

function uses(operation: string, input: Input): Use[] {
  const { TableName: table, IndexName: index, RequestItems: requests, TransactItems: items } = input;
  if (isObject(requests)) return Object.keys(requests).map((name) => [operation, name]);
  if (Array.isArray(items)) return (items as unknown[]).flatMap(usesOfItem);
  if (typeof table !== 'string') return [[operation]];
  return [typeof index === 'string' ? [operation, table, index] : [operation, table]];
}

function usesOfItem(item: unknown): Use[] {
  return Object.entries(isObject(item) ? item : {}).map(([kind, { TableName }]) => [TRANSACTION_ITEMS[kind] ?? kind, TableName]);
}

const isObject = (value: unknown): value is Record<string, { TableName?: string }> => typeof value === 'object' && value !== null;

const distinct = (list: Use[]): Use[] => [...new Map(list.map((use) => [use.join(' '), use])).values()];
