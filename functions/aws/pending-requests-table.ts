import {
  expiresAt,
  ROW_VERSION,
  type AnsweringAgent,
  type Completion,
  type CompletionResult,
  type PendingRequest,
  type PendingRequests,
  type RequestOutcome,
  type RequestState,
} from '../core/pending-request';
import { conditionHolds, isConditionFailure } from './conditional-write';
import { rowInTheWay, type DynamoDb, type Row } from './dynamodb';

/** Pending requests in DynamoDB, key `requestId`; every read is strongly consistent. row-remover.ts does the removals. */
export function pendingRequestsTable(dynamoDb: DynamoDb, tableName: string): Omit<PendingRequests, 'remove'> {
  const table = { TableName: tableName };
  return {
    async put(request) {
      await conditionHolds(
        dynamoDb.put({
          ...table,
          Item: { version: ROW_VERSION, status: 'pending', expiresAt: expiresAt(request.deadline), ...request },
          ConditionExpression: 'attribute_not_exists(requestId)',
        }),
      );
    },

    async read(requestId, signal) {
      return completionIn(await dynamoDb.get({ ...table, Key: { requestId }, ConsistentRead: true }, { signal }));
    },

    async take(requestId) {
      return completionIn(await dynamoDb.delete({ ...table, Key: { requestId }, ReturnValues: 'ALL_OLD' }));
    },

    async stateFor(answerer) {
      return requestStateOf(await dynamoDb.get({ ...table, Key: { requestId: answerer.requestId }, ConsistentRead: true }), answerer);
    },

    complete: (answer) =>
      unlessRefused(
        answer,
        dynamoDb.update({
          ...table,
          Key: { requestId: answer.requestId },
          // `wake` is copied from the row's `mode`, so that only the waiter chooses what wakes it.
          UpdateExpression: 'SET #status = :completed, #outcome = :outcome, completedAt = :now, wake = #mode',
          ConditionExpression: WAITS.condition,
          ExpressionAttributeNames: { ...WAITS.names, '#outcome': 'outcome', '#mode': 'mode' },
          ExpressionAttributeValues: {
            ...WAITS.valuesFor(answer),
            ':completed': 'completed',
            ':outcome': toAttribute(answer.outcome),
            ':now': answer.completedAt,
          },
          // The old row says which waiter to wake, so the answer need not be sent back.
          ReturnValues: 'ALL_OLD',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
        (before) => requestIn(before as Row),
      ),

    store: (request, { outcome, completedAt }) =>
      unlessRefused(
        request,
        dynamoDb.put({
          ...table,
          Item: {
            version: ROW_VERSION,
            expiresAt: expiresAt(request.deadline),
            ...request,
            status: 'completed',
            wake: 'bus',
            outcome: toAttribute(outcome),
            completedAt,
          },
          ConditionExpression: `attribute_not_exists(requestId) OR (${WAITS.condition})`,
          ExpressionAttributeNames: WAITS.names,
          ExpressionAttributeValues: WAITS.valuesFor(request),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
        () => request,
      ),

    async handToBus(requestId) {
      // If the row is no longer completed or no longer there, the waiter has found the answer meanwhile.
      await conditionHolds(
        dynamoDb.update({
          ...table,
          Key: { requestId },
          UpdateExpression: 'SET wake = :bus',
          ConditionExpression: '#status = :completed',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':bus': 'bus', ':completed': 'completed' },
        }),
      );
    },
  };
}

/** The condition that a row waits for an answer from a tunnel and its owner. */
const WAITS = {
  condition: '#status = :pending AND tunnelId = :tunnel AND #owner = :owner',
  names: { '#status': 'status', '#owner': 'owner' },
  valuesFor: ({ tunnelId, owner }: AnsweringAgent) => ({ ':pending': 'pending', ':tunnel': tunnelId, ':owner': owner }),
};

/** The result of a conditional write of an answer. A condition that did not hold returns the row that was there. */
async function unlessRefused<T>(
  answerer: AnsweringAgent,
  write: Promise<T>,
  requestOf: (reply: T) => PendingRequest,
): Promise<CompletionResult> {
  try {
    return { kind: 'completed', request: requestOf(await write) };
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    const state = requestStateOf(rowInTheWay(error), answerer);
    if (state.kind === 'waiting' || state.kind === 'outdated') throw error;
    return state;
  }
}

/** The state of the row for an answer from this tunnel and owner. */
function requestStateOf(row: Row | undefined, answerer: AnsweringAgent): RequestState {
  if (!row) return { kind: 'late' };
  const request = requestIn(row);
  if (request.tunnelId !== answerer.tunnelId || request.owner !== answerer.owner) return { kind: 'foreign' };
  if (row['status'] === 'completed') return { kind: 'duplicate', request };
  return (row['version'] as number) < ROW_VERSION ? { kind: 'outdated' } : { kind: 'waiting', request };
}

function requestIn(row: Row): PendingRequest {
  const { requestId, tunnelId, owner, mode, cohort, waiterConnectionId, deadline, traceHeader } = row as unknown as PendingRequest;
  return {
    requestId,
    tunnelId,
    owner,
    mode,
    deadline,
    ...(cohort !== undefined && { cohort }),
    ...(waiterConnectionId !== undefined && { waiterConnectionId }),
    ...(traceHeader !== undefined && { traceHeader }),
  };
}

/** Header names and order are kept as JSON text: a DynamoDB map would keep neither order nor empty names. */
function toAttribute(outcome: RequestOutcome): Row {
  return outcome.kind === 'failure' ? { ...outcome } : { ...outcome, headers: JSON.stringify(outcome.headers) };
}

function completionIn(row: Row | undefined): Completion | undefined {
  if (row?.['status'] !== 'completed') return undefined;
  const outcome = row['outcome'] as Row;
  return {
    completedAt: row['completedAt'] as number,
    outcome: (outcome['kind'] === 'failure'
      ? outcome
      : { ...outcome, headers: JSON.parse(outcome['headers'] as string) as unknown }) as RequestOutcome,
  };
}
