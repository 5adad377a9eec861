import {
  decodeAgentMessage,
  decodeCloudMessage,
  encodeMessage,
  errorCodes,
  fitsOneMessage,
  ProtocolError,
  type AgentMessage,
  type CloudMessage,
} from '../../../protocol';

const SHA256 = `${'A'.repeat(43)}=`;
const RESPONSE = { type: 'http_response', request_id: 'r', status_code: 200, headers: {}, body: '' };
const REQUEST = { type: 'http_request', request_id: 'r', method: 'GET', uri: '/', headers: {}, body: '', timestamp: 1 };
const UPLOAD = { type: 'upload_request', request_id: 'r', bytes: 1, sha256: SHA256 };

const fromAgent = (value: unknown): AgentMessage => decodeAgentMessage(JSON.stringify(value));
const fromCloud = (value: unknown): unknown => decodeCloudMessage(JSON.stringify(value));

/** Why a message is refused. */
function refusal(decode: () => unknown): ProtocolError {
  try {
    decode();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error('the message was read');
}

test.each<[string, AgentMessage]>([
  ['ready', { type: 'ready' }],
  ['ready with a version and capabilities', { type: 'ready', version: '1', capabilities: ['any-method', 'of the future'] }],
  ['ready with the agent', { type: 'ready', agent: 'a'.repeat(64) }],
  ['an answer', { type: 'http_response', request_id: 'r', status_code: 200, headers: { 'x-a': ['1', '2'] }, body: 'aGVsbG8=' }],
  [
    'an answer whose body was uploaded',
    { type: 'http_response', request_id: 'r', status_code: 200, headers: {}, body: '', body_ref: { bytes: 1, sha256: SHA256 }, ack: true },
  ],
  ['an answer with its processing time', { ...RESPONSE, type: 'http_response', processing_time_ms: 1.5 }],
  ['an error without a request id', { type: 'error', request_id: null, code: 'timeout', message: '' }],
  ['an error that requests an acknowledgement', { type: 'error', request_id: 'r', code: 'busy', message: 'm', ack: true }],
  ['an upload request', { type: 'upload_request', request_id: 'r', bytes: 1, sha256: SHA256 }],
  ['draining', { type: 'draining' }],
  ['a ping', { type: 'ping' }],
  ['a ping with an id', { type: 'ping', id: 'a'.repeat(64) }],
  ['a pong', { type: 'pong' }],
])('the cloud decodes the message that the agent encoded: %s', (_, message) => {
  expect(decodeAgentMessage(encodeMessage(message))).toEqual(message);
});

test.each<[string, CloudMessage]>([
  [
    'connection_established',
    {
      type: 'connection_established',
      connection_id: 'c',
      tunnel_id: 't',
      public_url: 'https://t.example/',
      subdomain_url: 'https://t.example/',
      path_based_url: 'https://example/t/',
      access: true,
      time: 1,
    },
  ],
  ['a request', { type: 'http_request', request_id: 'r', method: 'GET', uri: '/', headers: { host: ['a'] }, body: 'aA==', timestamp: 1 }],
  [
    'a request whose body is in the bucket',
    {
      type: 'http_request',
      request_id: 'r',
      method: 'POST',
      uri: '/',
      headers: {},
      body: '',
      body_ref: { bytes: 1, sha256: SHA256, url: 'https://bucket.example/r' },
      timestamp: 1,
      deadline: 2,
    },
  ],
  ['an upload URL', { type: 'upload_url', request_id: 'r', url: 'https://bucket.example/r', headers: { 'x-a': '1' } }],
  ['an error', { type: 'error', code: 'invalid_request', message: 'm' }],
  ['an acknowledgement', { type: 'ack', request_id: 'r' }],
  ['a notice of the future', { type: 'notice', code: 'of the future', message: 'm' }],
  ['a ping', { type: 'ping' }],
  ['a pong', { type: 'pong' }],
  ['a pong with the id of its ping and the time of the cloud', { type: 'pong', id: '7', time: 1 }],
])('the agent decodes the message that the cloud encoded: %s', (_, message) => {
  expect(decodeCloudMessage(encodeMessage(message))).toEqual(message);
});

test.each(errorCodes)('the cloud accepts the error code %s from an agent', (code) => {
  expect(fromAgent({ type: 'error', code, message: 'm' })).toMatchObject({ code });
});

test('an answer without a body is decoded with an empty body', () => {
  const { body: _, ...response } = RESPONSE;
  expect(fromAgent(response)).toEqual({ ...RESPONSE, body: '' });
});

test.each([100, 599, 600, 999])('an answer can have the status %i', (status_code) => {
  expect(fromAgent({ ...RESPONSE, status_code })).toMatchObject({ status_code });
});

test.each(['', 'AA==', 'AAA=', 'AAAA', 'az09+/Z='])('an answer can have the base64 body "%s"', (body) => {
  expect(fromAgent({ ...RESPONSE, body })).toMatchObject({ body });
});

test.each([
  ['a status below 100', { ...RESPONSE, status_code: 99 }, 'status_code: '],
  ['a status above 999', { ...RESPONSE, status_code: 1000 }, 'status_code: '],
  ['a status that is not an integer', { ...RESPONSE, status_code: 200.5 }, 'status_code: must be something else'],
  ['a status that is a string', { ...RESPONSE, status_code: '200' }, 'status_code: must be number'],
  ['headers that are null', { ...RESPONSE, headers: null }, 'headers: is not an object of lists of strings'],
  ['headers that are a number', { ...RESPONSE, headers: 7 }, 'headers: is not an object of lists of strings'],
  ['headers that are a string', { ...RESPONSE, headers: 'x' }, 'headers: is not an object of lists of strings'],
  ['headers that are an array', { ...RESPONSE, headers: [['x']] }, 'headers: is not an object of lists of strings'],
  [
    'a header whose values are not an array',
    { ...RESPONSE, headers: { a: ['x'], b: 'x' } },
    'headers: is not an object of lists of strings',
  ],
  ['a header value that is not a string', { ...RESPONSE, headers: { a: ['x', 1] } }, 'headers: is not an object of lists of strings'],
  ['a body that begins with an invalid character', { ...RESPONSE, body: '!AAA' }, 'body: is not base64'],
  ['a body that ends with an invalid character', { ...RESPONSE, body: 'AAA!' }, 'body: is not base64'],
  ['a body with too much padding', { ...RESPONSE, body: 'A===' }, 'body: is not base64'],
  ['an upload of 0 bytes', { ...UPLOAD, bytes: 0 }, 'bytes: '],
  ['an upload of 1.5 bytes', { ...UPLOAD, bytes: 1.5 }, 'bytes: '],
  ['a hash that is too short', { ...UPLOAD, sha256: SHA256.slice(1) }, 'sha256: is not a SHA-256 in base64'],
  ['a hash that is too long', { ...UPLOAD, sha256: `A${SHA256}` }, 'sha256: is not a SHA-256 in base64'],
  ['a hash with an extra character at the end', { ...UPLOAD, sha256: `${SHA256}=` }, 'sha256: is not a SHA-256 in base64'],
  ['a hash with an invalid character', { ...UPLOAD, sha256: `-${SHA256.slice(1)}` }, 'sha256: is not a SHA-256 in base64'],
  ['a body reference without a hash', { ...RESPONSE, body_ref: { bytes: 1 } }, 'body_ref.sha256: '],
  ['an error with an unknown code', { type: 'error', code: 'x', message: 'm' }, 'code: must be '],
  ['a capability that is not a string', { type: 'ready', capabilities: [1] }, 'capabilities.0: must be string'],
  ['an agent of more than 64 characters', { type: 'ready', agent: 'a'.repeat(65) }, 'agent: must be '],
  ['access rules without a salt', { type: 'ready', access: {} }, 'access.salt: '],
  ['a ping with an id of more than 64 characters', { type: 'ping', id: 'a'.repeat(65) }, 'id: must be '],
  ['an unknown message type', { type: 'x' }, 'type: must be '],
  ['a message that only the cloud sends', { type: 'ack', request_id: 'r' }, 'type: must be '],
  ['a number', 7, 'message: must be Object'],
  ['null', null, 'message: must be Object'],
])('the cloud refuses %s, and the error says what is wrong', (_, value, problem) => {
  expect(refusal(() => fromAgent(value)).message.startsWith(problem)).toBe(true);
});

test.each([
  ['a download URL that is not a URL', { ...REQUEST, body_ref: { bytes: 1, sha256: SHA256, url: 'x' } }, 'body_ref.url: is not a URL'],
  ['an upload URL that is not a URL', { type: 'upload_url', request_id: 'r', url: 'x', headers: {} }, 'url: is not a URL'],
  ['a message that only an agent sends', RESPONSE, 'type: must be '],
  ['an array', [7], 'type: must be '],
])('the agent refuses %s, and the error says what is wrong', (_, value, problem) => {
  expect(refusal(() => fromCloud(value)).message.startsWith(problem)).toBe(true);
});

test('a message that is not JSON causes a ProtocolError without a request id', () => {
  for (const decode of [decodeAgentMessage, decodeCloudMessage]) {
    expect(refusal(() => decode('{'))).toMatchObject({ name: 'ProtocolError', message: 'message is not JSON', requestId: undefined });
  }
});

test('the ProtocolError does not contain the refused value, which may be a secret', () => {
  expect(refusal(() => fromAgent({ ...RESPONSE, status_code: 's3cret' })).message).toBe('status_code: must be number');
  expect(refusal(() => fromAgent({ type: 's3cret' })).message).not.toContain('s3cret');
});

test.each([
  ['a string', 'r-1', 'r-1'],
  ['a number', 7, undefined],
  ['missing', undefined, undefined],
])('the ProtocolError has the request id of the refused message if that id is a string: the id is %s', (_, request_id, named) => {
  expect(refusal(() => fromAgent({ ...RESPONSE, request_id, status_code: 1000 })).requestId).toBe(named);
});

test('a message can have up to 128 KB, counted in bytes and not in characters', () => {
  expect(fitsOneMessage('x'.repeat(131_072))).toBe(true);
  expect(fitsOneMessage('x'.repeat(131_073))).toBe(false);
  expect(fitsOneMessage('é'.repeat(65_537))).toBe(false);
});
