import type { AgentMessage } from '../../../protocol';
import { handleAgentMessage } from '../../../functions/core/handle-agent-message';
import { FROM, messageCloud, RESPONSE } from '../../support/message-fixture';

test('only the first ready of a connection counts the connection, and only its reply may find the connection too new', async () => {
  const { replies, patient, used, options } = messageCloud();
  await handleAgentMessage({ type: 'ready' }, FROM, options);
  options.leases.publish = async () => ({ isFirst: false });
  for (let i = 0; i < 3; i++) await handleAgentMessage({ type: 'ready' }, FROM, options);
  expect(replies.map(({ type }) => type)).toEqual(Array(4).fill('connection_established'));
  expect([patient, used]).toEqual([['connection_established'], ['l1']]);
});

describe('a message serves a waiting visitor', () => {
  const BODY = { bytes: 200_000, sha256: 'a'.repeat(43) + '=' };

  test('when it is the answer to a request of the tunnel, but not when it repeats the answer', async () => {
    const { options } = messageCloud();
    expect(await handleAgentMessage(RESPONSE, FROM, options)).toBe(true);
    expect(await handleAgentMessage(RESPONSE, FROM, options)).toBe(false);
  });

  test('when it gets an upload URL for a request of the tunnel', async () => {
    const { options } = messageCloud();
    expect(await handleAgentMessage({ type: 'upload_request', request_id: 'r', ...BODY }, FROM, options)).toBe(true);
  });

  test.each<[string, AgentMessage]>([
    ['ready', { type: 'ready' }],
    ['ping', { type: 'ping' }],
    ['pong', { type: 'pong' }],
    ['draining', { type: 'draining' }],
    ['an answer to nothing', { ...RESPONSE, request_id: 'nothing' }],
    ['an upload request for nothing', { type: 'upload_request', request_id: 'nothing', ...BODY }],
    ['an error that belongs to no request', { type: 'error', code: 'timeout', message: '' }],
  ])('but not when it is %s', async (_, message) => {
    expect(await handleAgentMessage(message, FROM, messageCloud().options)).toBe(false);
  });
});
