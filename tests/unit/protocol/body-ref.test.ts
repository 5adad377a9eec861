import { bodyRefOf, isBodyOf } from '../../../protocol';

const BODY = Buffer.from('hello');
const SHA256 = 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';

test('a body is referred to by its length and its SHA-256', () => {
  expect(bodyRefOf(BODY)).toEqual({ bytes: 5, sha256: SHA256 });
});

test('a body is the one that was meant only with that length and that hash', () => {
  expect(isBodyOf(BODY, { bytes: 5, sha256: SHA256 })).toBe(true);
  expect(isBodyOf(BODY, { bytes: 6, sha256: SHA256 })).toBe(false);
  expect(isBodyOf(Buffer.from('hallo'), { bytes: 5, sha256: SHA256 })).toBe(false);
});
