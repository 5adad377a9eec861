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
])('the API Gateway error "%s" is read as the kind %s', (text, kind) => {
  expect(read({ message: text, connectionId: 'C=', requestId: 'R=' })).toEqual({ type: 'gateway_error', kind, text, requestId: 'R=' });
});

test('an API Gateway error is read with its request id, or else its message id, or without any id', () => {
  const error = { message: 'Bad request body', connectionId: 'C=' };
  const expected = { type: 'gateway_error', kind: 'invalid', text: 'Bad request body' };
  expect(read({ ...error, messageId: 'M=' })).toEqual({ ...expected, requestId: 'M=' });
  expect(read({ ...error, messageId: 'M=', requestId: 'R=' })).toEqual({ ...expected, requestId: 'R=' });
  expect(read(error)).toStrictEqual(expected);
});

test.each([
  ['without a connection id', { message: 'Internal server error', requestId: 'R=' }],
  ['with a type', { type: 'novelty', message: 'Internal server error', connectionId: 'C=', requestId: 'R=' }],
  ['whose message is not a string', { message: {}, connectionId: 'C=' }],
])('an object %s is not read as an API Gateway error, and causes a ProtocolError', (_, value) => {
  expect(() => read(value)).toThrow(ProtocolError);
});

test.each([null, undefined, 'message', 7])('the value %p is not read as an API Gateway error', (value) => {
  expect(readGatewayError(value)).toBeUndefined();
});
