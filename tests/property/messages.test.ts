import fc from 'fast-check';
import { decodeAgentMessage, decodeCloudMessage, encodeMessage, ProtocolError } from '../../protocol';

const headers = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'),
  fc.array(fc.string()),
);
const base64 = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64'));

test('the cloud decodes what the agent encodes', () => {
  const response = fc.record({
    type: fc.constant('http_response' as const),
    request_id: fc.string(),
    status_code: fc.integer({ min: 100, max: 999 }),
    headers,
    body: base64,
    processing_time_ms: fc.nat(),
    ack: fc.boolean(),
  });
  fc.assert(
    fc.property(response, (message) => {
      expect(decodeAgentMessage(encodeMessage(message))).toEqual(message);
    }),
  );
});

test('the agent decodes what the cloud encodes', () => {
  const request = fc.record({
    type: fc.constant('http_request' as const),
    request_id: fc.string(),
    method: fc.string(),
    uri: fc.string(),
    headers,
    body: base64,
    timestamp: fc.nat(),
    deadline: fc.nat(),
  });
  fc.assert(
    fc.property(request, (message) => {
      expect(decodeCloudMessage(encodeMessage(message))).toEqual(message);
    }),
  );
});

test('unknown fields of a message are ignored', () => {
  expect(decodeCloudMessage('{"type":"ack","request_id":"r","later":[1]}')).toEqual({ type: 'ack', request_id: 'r' });
});

test('decoding any text gives a message, or a ProtocolError with an error text', () => {
  const almost = fc.record(
    {
      type: fc.constantFrom('http_response', 'ready', 'error', 'ping', 'x'),
      request_id: fc.jsonValue(),
      status_code: fc.jsonValue(),
      headers: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        almost.map((value) => JSON.stringify(value)),
      ),
      (text) => {
        try {
          decodeAgentMessage(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          expect((error as ProtocolError).message).not.toBe('');
        }
      },
    ),
  );
});

test('a ProtocolError names the wrong field, and has the id of the request when the message has one', () => {
  const wrong = '{"type":"http_response","request_id":"r-1","status_code":1000,"headers":{}}';
  expect(() => decodeAgentMessage(wrong)).toThrow(expect.objectContaining({ name: 'ProtocolError', requestId: 'r-1' }));
  expect(() => decodeAgentMessage(wrong)).toThrow(/^status_code: /);
});
