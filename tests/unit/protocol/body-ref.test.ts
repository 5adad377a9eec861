import { bodyRefOf, isBodyOf } from '../../../protocol';

const BODY = Buffer.from('hello');
const SHA256 = 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';

test('a body reference contains the length and the SHA-256 hash of the body', () => {
  expect(bodyRefOf(BODY)).toEqual({ bytes: 5, sha256: SHA256 });
});

test('a body matches a body reference only if both the length and the hash are equal', () => {
  expect(isBodyOf(BODY, { bytes: 5, sha256: SHA256 })).toBe(true);
  expect(isBodyOf(BODY, { bytes: 6, sha256: SHA256 })).toBe(false);
  expect(isBodyOf(Buffer.from('hallo'), { bytes: 5, sha256: SHA256 })).toBe(false);
});
