import { newSalt, tokenDigest, type AgentMessage, type CloudMessage } from '../../protocol';

export const SALT = newSalt();

/** At least one message of each kind that agents send. */
export const FROM_AGENT: AgentMessage[] = [
  {
    type: 'ready',
    version: '1',
    capabilities: ['any-method'],
    access: { salt: SALT, tokens: [tokenDigest('t', SALT)], cidrs: ['10.0.0.0/8', '2001:db8::/32'] },
  },
  { type: 'http_response', request_id: 'r', status_code: 200, headers: { 'x-a': ['1', '2'] }, body: 'aGVsbG8=', ack: true },
  { type: 'error', request_id: 'r', code: 'timeout', message: 'm' },
  { type: 'draining' },
  { type: 'ping' },
];

/** Messages of the cloud. */
export const FROM_CLOUD: CloudMessage[] = [
  { type: 'connection_established', connection_id: 'c', tunnel_id: 't', public_url: 'https://t.example/', access: true },
  { type: 'http_request', request_id: 'r', method: 'GET', uri: '/a?b=c', headers: { host: ['a'] }, body: '', timestamp: 1, deadline: 2 },
  { type: 'ack', request_id: 'r' },
];
