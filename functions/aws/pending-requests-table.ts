import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
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

type Row = Record<string, unknown>;

/** Pending requests in DynamoDB, key `requestId`; every read is strongly consistent. row-remover.ts does the removals. */
export function pendingRequestsTable(client: DynamoDBDocumentClient, tableName: string): Omit<PendingRequests, 'remove'> {
  const table = { TableName: tableName };
  return {
    async put(request) {
      await client.send(
        new PutCommand({
          ...table,
          Item: { version: ROW_VERSION, status: 'pending', expiresAt: expiresAt(request.deadline), ...request },
        }),
      );
    },

    async read(requestId, signal) {
      const command = new GetCommand({ ...table, Key: { requestId }, ConsistentRead: true });
      const { Item } = await client.send(command, signal && { abortSignal: signal });
      return completionIn(Item);
    },

    async take(requestId) {
      const { Attributes } = await client.send(new DeleteCommand({ ...table, Key: { requestId }, ReturnValues: 'ALL_OLD' }));
      return completionIn(Attributes);
    },

    async stateFor(answerer) {
      const { Item } = await client.send(new GetCommand({ ...table, Key: { requestId: answerer.requestId }, ConsistentRead: true }));
      return requestStateOf(Item, answerer);
    },

    async complete(answer): Promise<CompletionResult> {
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            ...table,
            Key: { requestId: answer.requestId },
            // `wake` is copied from the row's `mode`, so that only the waiter chooses what wakes it.
            UpdateExpression: 'SET #status = :completed, #outcome = :outcome, completedAt = :now, wake = #mode',
            ConditionExpression: '#status = :pending AND tunnelId = :tunnel AND #owner = :owner',
            ExpressionAttributeNames: { '#status': 'status', '#outcome': 'outcome', '#mode': 'mode', '#owner': 'owner' },
            ExpressionAttributeValues: {
              ':completed': 'completed',
              ':pending': 'pending',
              ':outcome': toAttribute(answer.outcome),
              ':now': answer.completedAt,
              ':tunnel': answer.tunnelId,
              ':owner': answer.owner,
            },
            // The old row says which waiter to wake, so the answer need not be sent back.
            ReturnValues: 'ALL_OLD',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { kind: 'completed', request: requestIn(Attributes as Row) };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const state = requestStateOf(error.Item && unmarshall(error.Item), answer);
        if (state.kind === 'waiting' || state.kind === 'outdated') throw error;
        return state;
      }
    },

    async handToBus(requestId) {
      try {
        await client.send(
          new UpdateCommand({
            ...table,
            Key: { requestId },
            UpdateExpression: 'SET wake = :bus',
            ConditionExpression: '#status = :completed',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: { ':bus': 'bus', ':completed': 'completed' },
          }),
        );
      } catch (error) {
        // The row is no longer completed or no longer there: the waiter has found the answer meanwhile.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
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
