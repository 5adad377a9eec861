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
  ['ready with all that an agent can announce', { type: 'ready', version: '1', capabilities: ['any-method', 'of the future'] }],
  ['an answer', { type: 'http_response', request_id: 'r', status_code: 200, headers: { 'x-a': ['1', '2'] }, body: 'aGVsbG8=' }],
  [
    'an answer whose body was uploaded',
    { type: 'http_response', request_id: 'r', status_code: 200, headers: {}, body: '', body_ref: { bytes: 1, sha256: SHA256 }, ack: true },
  ],
  ['an answer with the time that it took', { ...RESPONSE, type: 'http_response', processing_time_ms: 1.5 }],
  ['an error about no request', { type: 'error', request_id: null, code: 'timeout', message: '' }],
  ['an error that asks for an ack', { type: 'error', request_id: 'r', code: 'busy', message: 'm', ack: true }],
  ['a question where to upload', { type: 'upload_request', request_id: 'r', bytes: 1, sha256: SHA256 }],
  ['draining', { type: 'draining' }],
  ['a ping', { type: 'ping' }],
  ['a pong', { type: 'pong' }],
])('the cloud reads %s as the agent wrote it', (_, message) => {
  expect(decodeAgentMessage(encodeMessage(message))).toEqual(message);
});

test.each<[string, CloudMessage]>([
  [
    'the news that the tunnel is up',
    {
      type: 'connection_established',
      connection_id: 'c',
      tunnel_id: 't',
      public_url: 'https://t.example/',
      subdomain_url: 'https://t.example/',
      path_based_url: 'https://example/t/',
      access: true,
    },
  ],
  ['a request', { type: 'http_request', request_id: 'r', method: 'GET', uri: '/', headers: { host: ['a'] }, body: 'aA==', timestamp: 1 }],
  [
    'a request whose body lies in the bucket',
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
  ['the place to upload to', { type: 'upload_url', request_id: 'r', url: 'https://bucket.example/r', headers: { 'x-a': '1' } }],
  ['an error', { type: 'error', code: 'invalid_request', message: 'm' }],
  ['an ack', { type: 'ack', request_id: 'r' }],
  ['a ping', { type: 'ping' }],
  ['a pong', { type: 'pong' }],
])('the agent reads %s as the cloud wrote it', (_, message) => {
  expect(decodeCloudMessage(encodeMessage(message))).toEqual(message);
});

test.each(errorCodes)('an agent may report the error %s', (code) => {
  expect(fromAgent({ type: 'error', code, message: 'm' })).toMatchObject({ code });
});

test('an answer without a body has an empty one', () => {
  const { body: _, ...response } = RESPONSE;
  expect(fromAgent(response)).toEqual({ ...RESPONSE, body: '' });
});

test.each([100, 599])('status %i can be answered', (status_code) => {
  expect(fromAgent({ ...RESPONSE, status_code })).toMatchObject({ status_code });
});

test.each(['', 'AA==', 'AAA=', 'AAAA', 'az09+/Z='])('"%s" can be a body', (body) => {
  expect(fromAgent({ ...RESPONSE, body })).toMatchObject({ body });
});

test.each([
  ['a status below 100', { ...RESPONSE, status_code: 99 }, 'status_code: '],
  ['a status above 599', { ...RESPONSE, status_code: 600 }, 'status_code: '],
  ['half a status', { ...RESPONSE, status_code: 200.5 }, 'status_code: must be something else'],
  ['a status in a text', { ...RESPONSE, status_code: '200' }, 'status_code: must be number'],
  ['no header fields', { ...RESPONSE, headers: null }, 'headers: is not an object of lists of strings'],
  ['header fields that are a number', { ...RESPONSE, headers: 7 }, 'headers: is not an object of lists of strings'],
  ['header fields in a text', { ...RESPONSE, headers: 'x' }, 'headers: is not an object of lists of strings'],
  ['header fields in a list', { ...RESPONSE, headers: [['x']] }, 'headers: is not an object of lists of strings'],
  ['a header field without a list', { ...RESPONSE, headers: { a: ['x'], b: 'x' } }, 'headers: is not an object of lists of strings'],
  ['a header value that is no text', { ...RESPONSE, headers: { a: ['x', 1] } }, 'headers: is not an object of lists of strings'],
  ['a body that begins wrongly', { ...RESPONSE, body: '!AAA' }, 'body: is not base64'],
  ['a body that ends wrongly', { ...RESPONSE, body: 'AAA!' }, 'body: is not base64'],
  ['a body with too much at its end', { ...RESPONSE, body: 'A===' }, 'body: is not base64'],
  ['an upload of nothing', { ...UPLOAD, bytes: 0 }, 'bytes: '],
  ['an upload of half a byte', { ...UPLOAD, bytes: 1.5 }, 'bytes: '],
  ['a hash that is too short', { ...UPLOAD, sha256: SHA256.slice(1) }, 'sha256: is not a SHA-256 in base64'],
  ['a hash that is too long', { ...UPLOAD, sha256: `A${SHA256}` }, 'sha256: is not a SHA-256 in base64'],
  ['a hash with something behind it', { ...UPLOAD, sha256: `${SHA256}=` }, 'sha256: is not a SHA-256 in base64'],
  ['a hash of other letters', { ...UPLOAD, sha256: `-${SHA256.slice(1)}` }, 'sha256: is not a SHA-256 in base64'],
  ['a body reference without its hash', { ...RESPONSE, body_ref: { bytes: 1 } }, 'body_ref.sha256: '],
  ['an error with a code that nobody knows', { type: 'error', code: 'x', message: 'm' }, 'code: must be '],
  ['a grant that is no text', { type: 'ready', capabilities: [1] }, 'capabilities.0: must be string'],
  ['access rules without a salt', { type: 'ready', access: {} }, 'access.salt: '],
  ['a type that nobody knows', { type: 'x' }, 'type: must be '],
  ['a message of the cloud', { type: 'ack', request_id: 'r' }, 'type: must be '],
  ['no object', 7, 'message: must be Object'],
  ['nothing', null, 'message: must be Object'],
])('the cloud refuses %s and says what is wrong', (_, value, problem) => {
  expect(refusal(() => fromAgent(value)).message.startsWith(problem)).toBe(true);
});

test.each([
  [
    'a place to download from that is no URL',
    { ...REQUEST, body_ref: { bytes: 1, sha256: SHA256, url: 'x' } },
    'body_ref.url: is not a URL',
  ],
  ['a place to upload to that is no URL', { type: 'upload_url', request_id: 'r', url: 'x', headers: {} }, 'url: is not a URL'],
  ['an answer of an agent', RESPONSE, 'type: must be '],
  ['no object', [7], 'type: must be '],
])('the agent refuses %s and says what is wrong', (_, value, problem) => {
  expect(refusal(() => fromCloud(value)).message.startsWith(problem)).toBe(true);
});

test('a text that is no JSON is refused as such, and belongs to no request', () => {
  for (const decode of [decodeAgentMessage, decodeCloudMessage]) {
    expect(refusal(() => decode('{'))).toMatchObject({ name: 'ProtocolError', message: 'message is not JSON', requestId: undefined });
  }
});

test('a refusal does not repeat what was sent, which may be a secret', () => {
  expect(refusal(() => fromAgent({ ...RESPONSE, status_code: 's3cret' })).message).toBe('status_code: must be number');
  expect(refusal(() => fromAgent({ type: 's3cret' })).message).not.toContain('s3cret');
});

test.each([
  ['a text', 'r-1', 'r-1'],
  ['no text', 7, undefined],
  ['missing', undefined, undefined],
])('a refusal names the request where its id can be read: %s', (_, request_id, named) => {
  expect(refusal(() => fromAgent({ ...RESPONSE, request_id, status_code: 1000 })).requestId).toBe(named);
});

test('a message fits up to 128 KB, counted in bytes', () => {
  expect(fitsOneMessage('x'.repeat(131_072))).toBe(true);
  expect(fitsOneMessage('x'.repeat(131_073))).toBe(false);
  expect(fitsOneMessage('é'.repeat(65_537))).toBe(false);
});
