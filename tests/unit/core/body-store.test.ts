import { isStored, requestBodyKey, responseBodyKey } from '../../../functions/core/body-store';

const REF = { bytes: 1, sha256: Buffer.from([0, 171, 255]).toString('base64') };

test('the body of a request lies under its id, the body of an answer under its id and hash', () => {
  expect(requestBodyKey('r1')).toBe('requests/r1');
  expect(responseBodyKey('r1', REF)).toBe('responses/r1/00abff');
});

test('a body is either bytes or a reference to the store', () => {
  expect(isStored(REF)).toBe(true);
  expect(isStored(new Uint8Array())).toBe(false);
});
