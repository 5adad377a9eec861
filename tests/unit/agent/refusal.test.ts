import { ConnectionError, TunnelRefusedError } from '../../../agent';
import { refusalError } from '../../../agent/refusal';

describe('the error for a refused upgrade', () => {
  it('says how to get a token for status 401', () => {
    const error = refusalError({ status: 401, wasConnected: true });
    expect(error).toBeInstanceOf(TunnelRefusedError);
    expect(error.message).toMatch(/token.*Ask the operator of this tunnel.*--token-file FILE or HTTP_TUNNEL_TOKEN/);
  });

  it('says for status 403 that the token does not grant the name, or that the endpoint may be wrong', () => {
    const asked = refusalError({ status: 403, name: 'shop', wasConnected: false });
    expect(asked).toBeInstanceOf(TunnelRefusedError);
    expect(asked.message).toMatch(/does not grant the name "shop".*token inspect.*check the endpoint/);
    expect(refusalError({ status: 403, wasConnected: false }).message).toMatch(/check the endpoint/);
  });

  it('names the tunnel name and quotes the cloud for status 400', () => {
    const error = refusalError({
      status: 400,
      name: 'www',
      detail: 'that name is reserved',
      wasConnected: false,
    });
    expect(error).toBeInstanceOf(TunnelRefusedError);
    expect(error.message).toMatch(/"www".*--name.*The cloud says: that name is reserved/);
  });

  it('advises to check the endpoint for status 400 when no name was requested', () => {
    expect(refusalError({ status: 400, wasConnected: false }).message).toContain('check the endpoint');
  });

  it('is final for a taken name (status 409) only before the first connection', () => {
    expect(refusalError({ status: 409, name: 'demo', wasConnected: false })).toBeInstanceOf(TunnelRefusedError);
    expect(refusalError({ status: 409, name: 'demo', wasConnected: true })).toBeInstanceOf(ConnectionError);
  });

  it.each([404, 429, 500, 502, 504])('allows another attempt for status %d', (status) => {
    const error = refusalError({ status, wasConnected: false });
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain(`HTTP ${status}`);
  });
});
