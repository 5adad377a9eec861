import { AWS_LIMITS } from '../../../emulator/limits';
import { MAX_CONNECTION_MS, MAX_FRAME_BYTES, MAX_MESSAGE_BYTES, MAX_REQUEST_BODY_BYTES } from '../../../protocol';

test('the limits of the emulator equal the limits of the protocol', () => {
  const { webSocket, lambda } = AWS_LIMITS;
  expect(webSocket).toMatchObject({ frameBytes: MAX_FRAME_BYTES, messageBytes: MAX_MESSAGE_BYTES, connectionMs: MAX_CONNECTION_MS });
  expect(lambda.syncPayloadBytes).toBe(MAX_REQUEST_BODY_BYTES);
});
