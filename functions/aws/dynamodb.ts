/** DynamoDB's calls with plain JavaScript values, signed and sent without the SDK (signed-calls.ts). */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { BatchGetCommandInput, DeleteCommandInput, GetCommandInput, PutCommandInput, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { isThrottlingError, isTransientError, StandardRetryStrategy } from '@smithy/core/retry';
import type { RetryErrorInfo, SdkError } from '@smithy/types';
import { functionAccess } from './function-access';
import { ServiceError, signedCalls, type ServiceAccess } from './signed-calls';

export type Row = Record<string, unknown>;
type AttributeValues = Record<string, AttributeValue>;

export interface CallOptions {
  /** Ends the call, which then rejects with an AbortError. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Nobody waits for the reply. The execution environment may be frozen before the reply arrives, so the call has no time-out, which the
   * freeze would trigger, and no subsegment, which would hold back the whole segment.
   */
  readonly isUnawaited?: boolean;
}

/** The calls are those of the SDK's document client, with its inputs. They reject with a ServiceError, or an error of the connection. */
export interface DynamoDb {
  get(input: GetCommandInput, options?: CallOptions): Promise<Row | undefined>;
  /** One table's rows, and the keys that DynamoDB had no time for. */
  batchGet(table: string, keys: NonNullable<BatchGetCommandInput['RequestItems']>[string]): Promise<{ rows: Row[]; unread: Row[] }>;
  put(input: PutCommandInput, options?: CallOptions): Promise<void>;
  /** The attributes that `ReturnValues` asks for. */
  update(input: UpdateCommandInput, options?: CallOptions): Promise<Row | undefined>;
  delete(input: DeleteCommandInput, options?: CallOptions): Promise<Row | undefined>;
}

/** Attempts, and base of the wait between them in ms, as the SDK has them for DynamoDB. */
const RETRIES = { maxAttempts: 4, baseDelay: 25 };

/**
 * @param callMs time for one attempt of a call, in ms; the connection gets a quarter of it
 * @param access the function's own, when left out
 */
export function dynamoDb(callMs: number, access: ServiceAccess = functionAccess('dynamodb')): DynamoDb {
  const send = signedCalls({ ...access, signingName: 'dynamodb', name: 'DynamoDB' });
  const retries = new StandardRetryStrategy(RETRIES);

  async function call(operation: string, tableName: string | undefined, input: object, options: CallOptions = {}): Promise<Row> {
    const { signal, isUnawaited = false } = options;
    const attempt = {
      operation,
      method: 'POST' as const,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` },
      body: JSON.stringify(input),
      tableName,
      signal,
      ...(isUnawaited ? { isTraced: false } : { timeoutMs: callMs, connectMs: callMs / 4 }),
    };
    let token = await retries.acquireInitialRetryToken('');
    for (;;) {
      try {
        const reply = JSON.parse(await send(attempt)) as Row;
        retries.recordSuccess(token);
        return reply;
      } catch (error) {
        if (signal?.aborted) throw error;
        token = await retries.refreshRetryTokenForRetry(token, kindOf(error as SdkError)).catch(() => {
          throw error;
        });
      }
    }
  }

  return {
    async get({ Key, ...input }, options) {
      return plain((await call('GetItem', input.TableName, { ...input, Key: stored(Key) }, options))['Item']);
    },

    async batchGet(table, { Keys, ...read }) {
      const input = { RequestItems: { [table]: { ...read, Keys: Keys?.map(stored) } } };
      const { Responses, UnprocessedKeys } = (await call('BatchGetItem', table, input)) as {
        Responses?: Record<string, AttributeValues[]>;
        UnprocessedKeys?: Record<string, { Keys: AttributeValues[] }>;
      };
      return { rows: (Responses?.[table] ?? []).map(unmarshalled), unread: (UnprocessedKeys?.[table]?.Keys ?? []).map(unmarshalled) };
    },

    async put({ Item, ...input }, options) {
      await call('PutItem', input.TableName, { ...input, Item: stored(Item), ...values(input) }, options);
    },

    async update({ Key, ...input }, options) {
      return plain((await call('UpdateItem', input.TableName, { ...input, Key: stored(Key), ...values(input) }, options))['Attributes']);
    },

    async delete({ Key, ...input }, options) {
      return plain((await call('DeleteItem', input.TableName, { ...input, Key: stored(Key), ...values(input) }, options))['Attributes']);
    },
  };
}

function kindOf(error: SdkError): RetryErrorInfo {
  if (isThrottlingError(error)) return { error, errorType: 'THROTTLING' };
  return { error, errorType: isTransientError(error) ? 'TRANSIENT' : 'CLIENT_ERROR' };
}

/** The row that made a conditional write fail, if the write asked for it. */
export const rowInTheWay = (error: unknown): Row | undefined =>
  error instanceof ServiceError ? plain((error.body as { Item?: unknown } | undefined)?.Item) : undefined;

const stored = (row: Row | undefined): AttributeValues =>
  withBinary(marshall(row, { removeUndefinedValues: true }) as AttributeValues, (bytes) =>
    Buffer.from(bytes as Uint8Array).toString('base64'),
  );
const values = ({ ExpressionAttributeValues }: Pick<UpdateCommandInput, 'ExpressionAttributeValues'>) =>
  ExpressionAttributeValues && { ExpressionAttributeValues: stored(ExpressionAttributeValues) };
const unmarshalled = (row: AttributeValues): Row => unmarshall(withBinary(row, (text) => Buffer.from(text as string, 'base64')));

/** Converts the binary values of a row: JSON has them in base64. */
function withBinary(row: AttributeValues, convert: (value: unknown) => unknown): AttributeValues {
  const converted = (value: AttributeValue): AttributeValue => {
    if (value.B !== undefined) return { B: convert(value.B) } as AttributeValue;
    if (value.M !== undefined) return { M: withBinary(value.M, convert) };
    return value.L === undefined ? value : { L: value.L.map(converted) };
  };
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, converted(value)]));
}

const plain = (row: unknown): Row | undefined => (row === undefined ? undefined : unmarshalled(row as AttributeValues));
