import { fromAgentError, TUNNEL_ERRORS, TunnelError } from '../../../functions/core/tunnel-error';

test.each([
  ['invalid_request', 'invalid_request'],
  ['timeout', 'local_service_timeout'],
  ['local_service_unavailable', 'local_service_unavailable'],
  ['internal_error', 'agent_failed'],
  ['response_too_large', 'response_too_large'],
  ['invalid_response', 'invalid_response'],
  ['busy', 'tunnel_busy'],
] as const)('the error code %s of an agent becomes the error code %s for the visitor', (agentCode, code) => {
  expect(fromAgentError(agentCode)).toMatchObject({ name: 'TunnelError', code, detail: undefined, headers: {} });
});

test('a tunnel error has the status of its code, and its message is the detail or else the title', () => {
  const error = new TunnelError('agent_away');
  expect(error).toMatchObject({ status: 502, message: TUNNEL_ERRORS.agent_away.title, entry: TUNNEL_ERRORS.agent_away });
  expect(new TunnelError('agent_away', 'since noon')).toMatchObject({ message: 'since noon', detail: 'since noon' });
});
