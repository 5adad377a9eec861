import { MAX_CONNECTION_MS, MAX_FRAME_BYTES, MAX_MESSAGE_BYTES, MAX_REQUEST_BODY_BYTES, MAX_RESPONSE_BODY_BYTES } from '../../../protocol';

test('the limits have the values from the documentation of API Gateway and Lambda', () => {
  expect(MAX_FRAME_BYTES).toBe(32_768);
  expect(MAX_MESSAGE_BYTES).toBe(131_072);
  expect(MAX_CONNECTION_MS).toBe(7_200_000);
  expect(MAX_REQUEST_BODY_BYTES).toBe(6_291_456);
});

test("the largest body of an answer in base64 is 64 KB smaller than Lambda's payload limit", () => {
  expect(Math.ceil(MAX_RESPONSE_BODY_BYTES / 3) * 4 + 65_536).toBe(MAX_REQUEST_BODY_BYTES);
});
