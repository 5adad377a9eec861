import { StreamLog } from '../../../emulator/dynamodb/stream-log';

const HOUR_MS = 60 * 60 * 1000;
const identity = { arn: 'arn', viewType: 'NEW_IMAGE', region: 'eu-central-1' } as const;
let now: number;
beforeEach(() => {
  now = 0;
});

function insert(log: StreamLog, id: string, text = ''): string {
  const keys = { id: { S: id } };
  const record = log.append({
    keys,
    before: undefined,
    after: { ...keys, text: { S: text } },
    expired: false,
  });
  return record!.dynamodb.SequenceNumber;
}
const idsIn = (log: StreamLog, after?: string) =>
  log.read(after, 100).records.map(({ dynamodb }) => (dynamodb.Keys['id'] as { S: string }).S);

test('records older than the retention time are removed, even if no new record arrives', () => {
  const log = new StreamLog(identity, 24 * HOUR_MS, () => now);
  insert(log, 'a');
  now = 20 * HOUR_MS;
  insert(log, 'b');
  expect(idsIn(log)).toEqual(['a', 'b']);
  now = 30 * HOUR_MS;
  expect(idsIn(log)).toEqual(['b']);
  now = 50 * HOUR_MS;
  expect(idsIn(log)).toEqual([]);
});

test('a reader whose position has expired continues with the oldest record and skips no record', () => {
  const log = new StreamLog(identity, 24 * HOUR_MS, () => now);
  const first = insert(log, 'a');
  insert(log, 'b');
  now = 25 * HOUR_MS;
  insert(log, 'c');
  insert(log, 'd');
  expect(idsIn(log, first)).toEqual(['c', 'd']);
  const newest = log.latest();
  now = 50 * HOUR_MS;
  expect(idsIn(log, newest)).toEqual([]);
  expect(log.latest()).toBe(newest);
  insert(log, 'e');
  expect(idsIn(log, newest)).toEqual(['e']);
});

test('the oldest records are removed when the stream exceeds its memory limit', () => {
  const log = new StreamLog(identity, 24 * HOUR_MS, () => now, 3500);
  for (const id of ['a', 'b', 'c', 'd', 'e']) insert(log, id, 'x'.repeat(1000));
  expect(idsIn(log)).toEqual(['c', 'd', 'e']);
});

test('each record has the time at which it was written', () => {
  const log = new StreamLog(identity, 24 * HOUR_MS, () => now);
  now = 1500;
  insert(log, 'a');
  now = 2700;
  insert(log, 'b');
  const { records, at } = log.read(undefined, 10);
  expect(at).toEqual([1500, 2700]);
  expect(records.map(({ dynamodb }) => dynamodb.ApproximateCreationDateTime)).toEqual([1, 2]);
});
