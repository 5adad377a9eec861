/** The contract of `PendingRequests`. The table that runs on AWS and the store of the core's tests both keep the contract. */
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { pendingRequestsTable } from '../../../functions/aws/pending-requests-table';
import { rowRemover } from '../../../functions/aws/row-remover';
import type { AnsweringAgent, Completion, PendingRequest, PendingRequests, RequestOutcome } from '../../../functions/core/pending-request';
import { startDynamoDb, type DynamoDbFixture } from '../../support/dynamodb-endpoint';
import { tableWithoutStream } from '../../support/dynamodb-tables';
import { eventually } from '../../support/eventually';
import { InMemoryPending } from '../../support/in-memory-pending';

const TABLE = 'pending-requests';
let db: DynamoDbFixture;
beforeAll(async () => {
  db = await startDynamoDb([tableWithoutStream(TABLE, { hashKey: 'requestId', attributes: [{ name: 'requestId', type: 'S' }] })]);
  // The remover makes its own client, which finds the endpoint as in a function.
  process.env['AWS_ENDPOINT_URL'] = db.url;
});
afterAll(async () => {
  delete process.env['AWS_ENDPOINT_URL'];
  await db.close();
});

interface Store {
  readonly pending: PendingRequests;
  /** Changes the row into a row that older code would have written. */
  outdate(requestId: string): Promise<unknown>;
  /** Whether the bus was asked to wake the waiter. */
  isHandedToBus(requestId: string): Promise<boolean>;
}

function inMemory(): Store {
  const pending = new InMemoryPending();
  return {
    pending,
    outdate: async (requestId) => {
      const { request } = pending.rows.get(requestId) as { request: PendingRequest };
      pending.rows.set(requestId, { request, outdated: true });
    },
    isHandedToBus: async (requestId) => pending.handedToBus.includes(requestId),
  };
}

function inTheTable(): Store {
  const removalFails = (_: string, error: unknown): never => {
    throw error;
  };
  const pending = { ...pendingRequestsTable(db.calls, TABLE), remove: rowRemover(db.calls, TABLE, removalFails) };
  return {
    pending,
    outdate: (requestId) =>
      db.documents.send(
        new UpdateCommand({
          TableName: TABLE,
          Key: { requestId },
          UpdateExpression: 'SET version = :one',
          ExpressionAttributeValues: { ':one': 1 },
        }),
      ),
    isHandedToBus: async (requestId) => {
      const { Item } = await db.documents.send(new GetCommand({ TableName: TABLE, Key: { requestId }, ConsistentRead: true }));
      return Item?.['wake'] === 'bus';
    },
  };
}

const RESPONSE: RequestOutcome = {
  kind: 'response',
  statusCode: 201,
  headers: { 'x-second': ['2', '3'], 'a-first': [''] },
  body: Buffer.from([0, 1, 255]),
};
const FAILURE: RequestOutcome = { kind: 'failure', code: 'local_service_unavailable', message: 'nothing listens' };

describe.each([
  ['in memory', inMemory],
  ['in the table', inTheTable],
])('pending requests %s', (_, open) => {
  let store: Store;
  let pending: PendingRequests;
  let count = 0;
  let request: PendingRequest;
  let ann: AnsweringAgent;
  beforeEach(async () => {
    store = open();
    ({ pending } = store);
    const requestId = `r${(count += 1)}`;
    request = {
      requestId,
      tunnelId: 'demo',
      owner: 'ann',
      mode: 'direct',
      cohort: 'event-driven',
      waiterConnectionId: 'w1',
      deadline: 9_000_000,
    };
    ann = { requestId, tunnelId: 'demo', owner: 'ann' };
    await pending.put(request);
  });
  const answer = (outcome: RequestOutcome = RESPONSE, from: AnsweringAgent = ann): AnsweringAgent & Completion => ({
    ...from,
    outcome,
    completedAt: 4711,
  });
  /** Converts bodies of any bytes class to `Buffer`. */
  const plain = (completion: Completion | undefined): unknown =>
    completion && {
      ...completion,
      outcome: { ...completion.outcome, ...('body' in completion.outcome && { body: Buffer.from(completion.outcome.body as Uint8Array) }) },
    };

  test('a waiting request has no answer, and its state for the agent is "waiting"', async () => {
    expect(await pending.read(request.requestId)).toBeUndefined();
    expect(await pending.stateFor(ann)).toEqual({ kind: 'waiting', request });
  });

  test.each([
    ['a response with the order of its header fields', RESPONSE],
    ['a failure', FAILURE],
  ])('%s is read as it was stored, also the second time', async (__, outcome) => {
    expect(await pending.complete(answer(outcome))).toEqual({ kind: 'completed', request });
    for (let time = 0; time < 2; time++) {
      const read = await pending.read(request.requestId);
      expect(plain(read)).toEqual({ outcome, completedAt: 4711 });
      if (outcome.kind === 'response') expect(Object.keys((read?.outcome as typeof RESPONSE).headers)).toEqual(['x-second', 'a-first']);
    }
  });

  test('a second answer of the same agent is a duplicate and changes nothing', async () => {
    await pending.complete(answer());
    expect(await pending.complete({ ...answer(FAILURE), completedAt: 9 })).toEqual({ kind: 'duplicate', request });
    expect(await pending.stateFor(ann)).toEqual({ kind: 'duplicate', request });
    expect(plain(await pending.read(request.requestId))).toEqual({ outcome: RESPONSE, completedAt: 4711 });
  });

  test.each([
    ['an agent of another owner', { owner: 'eve' }],
    ['an agent of another tunnel', { tunnelId: 'other' }],
  ])('%s cannot complete a request, neither before nor after its answer', async (__, other) => {
    const eve = { ...ann, ...other };
    expect(await pending.complete(answer(FAILURE, eve))).toEqual({ kind: 'foreign' });
    expect(await pending.stateFor(eve)).toEqual({ kind: 'foreign' });
    expect(await pending.read(request.requestId)).toBeUndefined();
    await pending.complete(answer());
    expect(await pending.complete(answer(FAILURE, eve))).toEqual({ kind: 'foreign' });
    expect(await pending.stateFor(eve)).toEqual({ kind: 'foreign' });
  });

  test('an answer to a request that was taken is late and does not create the row again', async () => {
    await pending.take(request.requestId);
    expect(await pending.complete(answer())).toEqual({ kind: 'late' });
    expect(await pending.stateFor(ann)).toEqual({ kind: 'late' });
    expect(await pending.read(request.requestId)).toBeUndefined();
  });

  test('take() returns the answer once and removes the row', async () => {
    await pending.complete(answer());
    expect(plain(await pending.take(request.requestId))).toEqual({ outcome: RESPONSE, completedAt: 4711 });
    expect(await pending.take(request.requestId)).toBeUndefined();
  });

  test('take() of a request without an answer returns nothing and removes the row', async () => {
    expect(await pending.take(request.requestId)).toBeUndefined();
    expect(await pending.stateFor(ann)).toEqual({ kind: 'late' });
  });

  test('remove() removes the row of an answered request', async () => {
    await pending.complete(answer());
    await pending.remove(request.requestId);
    await eventually(async () => expect(await pending.stateFor(ann)).toEqual({ kind: 'late' }));
  });

  test('a row of an older version can be completed, but its state for the agent is "outdated"', async () => {
    await store.outdate(request.requestId);
    expect(await pending.stateFor(ann)).toEqual({ kind: 'outdated' });
    expect(await pending.complete(answer())).toEqual({ kind: 'completed', request });
  });

  test('handToBus() asks the bus to wake the waiter only if the request has an answer', async () => {
    await pending.handToBus(request.requestId);
    expect(await store.isHandedToBus(request.requestId)).toBe(false);
    await pending.complete(answer());
    await pending.handToBus(request.requestId);
    expect(await store.isHandedToBus(request.requestId)).toBe(true);
  });

  test('handToBus() does nothing after the row was removed', async () => {
    await pending.take(request.requestId);
    await pending.handToBus(request.requestId);
    expect(await store.isHandedToBus(request.requestId)).toBe(false);
    expect(await pending.stateFor(ann)).toEqual({ kind: 'late' });
  });
});
