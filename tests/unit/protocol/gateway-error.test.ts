import { decodeCloudMessage, ProtocolError, readGatewayError } from '../../../protocol';

const read = (value: object): unknown => decodeCloudMessage(JSON.stringify(value));

test.each([
  ['Internal server error', 'failed'],
  ['Endpoint request timed out', 'timed-out'],
  ['Forbidden', 'no-route'],
  ['Too Many Requests', 'throttled'],
  ['Limit exceeded', 'throttled'],
  ['Invalid request body', 'invalid'],
  ['BAD REQUEST BODY', 'invalid'],
  ['something new', 'other'],
])('"%s" of API Gateway is read as %s', (text, kind) => {
  expect(read({ message: text, connectionId: 'C=', requestId: 'R=' })).toEqual({ type: 'gateway_error', kind, text, requestId: 'R=' });
});

test('an error of API Gateway may name a message instead of a request, or neither', () => {
  const error = { message: 'Bad request body', connectionId: 'C=' };
  const expected = { type: 'gateway_error', kind: 'invalid', text: 'Bad request body' };
  expect(read({ ...error, messageId: 'M=' })).toEqual({ ...expected, requestId: 'M=' });
  expect(read({ ...error, messageId: 'M=', requestId: 'R=' })).toEqual({ ...expected, requestId: 'R=' });
  expect(read(error)).toStrictEqual(expected);
});

test.each([
  ['without a connection', { message: 'Internal server error', requestId: 'R=' }],
  ['with a type', { type: 'novelty', message: 'Internal server error', connectionId: 'C=', requestId: 'R=' }],
  ['with a message that is no text', { message: {}, connectionId: 'C=' }],
])('what comes %s is no error of API Gateway', (_, value) => {
  expect(() => read(value)).toThrow(ProtocolError);
});

test.each([null, undefined, 'message', 7])('%p is no error of API Gateway', (value) => {
  expect(readGatewayError(value)).toBeUndefined();
});
