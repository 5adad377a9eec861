import { isStored, requestBodyKey, responseBodyKey } from '../../../functions/core/body-store';

const REF = { bytes: 1, sha256: Buffer.from([0, 171, 255]).toString('base64') };

test('the key of a request body contains the request id, and the key of a response body the request id and the hash', () => {
  expect(requestBodyKey('r1')).toBe('requests/r1');
  expect(responseBodyKey('r1', REF)).toBe('responses/r1/00abff');
});

test('isStored is true for a body reference and false for bytes', () => {
  expect(isStored(REF)).toBe(true);
  expect(isStored(new Uint8Array())).toBe(false);
});
