import { Bucket } from '../../../emulator/s3/bucket';

const DAY_MS = 24 * 60 * 60 * 1000;
const MB = 1024 * 1024;

let now = Date.UTC(2026, 0, 15, 10, 30);
const bucketWith = (...expirations: { ruleId: string; prefix: string; days: number }[]): Bucket =>
  new Bucket({ address: 'aws_s3_bucket.b', name: 'b', arn: 'arn:aws:s3:::b', expirations }, () => now);
const object = (key: string, body = Buffer.from(key)) => ({ key, body, contentType: 'text/plain', etag: '""' });
const keysIn = (bucket: Bucket): string[] => bucket.list().map(({ key }) => key);

test('an object stored on the 15th at 10:30 expires after 3 days on the 19th at midnight, as in the AWS example', () => {
  const bucket = bucketWith({ ruleId: 'r', prefix: '', days: 3 });
  expect(bucket.expiryOf(bucket.put(object('a')))).toEqual({ ruleId: 'r', at: Date.UTC(2026, 0, 19) });
});

test('an object stored at midnight expires after exactly the given days', () => {
  const bucket = bucketWith({ ruleId: 'r', prefix: '', days: 1 });
  now = Date.UTC(2026, 0, 16);
  expect(bucket.expiryOf(bucket.put(object('a')))?.at).toBe(now + DAY_MS);
});

test('the lifecycle rule that matches the key and expires first applies to an object', () => {
  const bucket = bucketWith({ ruleId: 'all', prefix: '', days: 9 }, { ruleId: 'soon', prefix: 'a/', days: 1 });
  expect(bucket.expiryOf(bucket.put(object('a/1')))?.ruleId).toBe('soon');
  expect(bucket.expiryOf(bucket.put(object('b/1')))?.ruleId).toBe('all');
  const without = bucketWith();
  expect(without.expiryOf(without.put(object('a')))).toBeUndefined();
});

test('a bucket holds at most 256 MB and 10,000 objects, and removes the oldest objects first', () => {
  const bucket = bucketWith();
  const large = Buffer.alloc(100 * MB);
  for (const key of ['a', 'b', 'b', 'c']) bucket.put(object(key, large));
  expect(keysIn(bucket)).toEqual(['b', 'c']);
  bucket.delete('b');
  bucket.put(object('d', large));
  expect(keysIn(bucket)).toEqual(['c', 'd']);

  const many = bucketWith();
  for (let i = 0; i <= 10_000; i++) many.put(object(`k-${i}`));
  expect(many.list()).toHaveLength(10_000);
  expect(many.get('k-0')).toBeUndefined();
  expect(many.get('k-10000')).toBeDefined();
});
