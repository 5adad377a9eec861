import { Agent, AgentOptionError, type AgentOptions } from '../../../agent';
import { resolveOptions } from '../../../agent/options';

const VALID: AgentOptions = { endpoint: 'wss://agents.test/prod', token: 'abc', target: { port: 3000 } };
const resolving = (options: Partial<AgentOptions>) => () => resolveOptions({ ...VALID, ...options });

describe('an agent', () => {
  it('fills in the defaults of options that are not given', () => {
    expect(resolveOptions(VALID)).toMatchObject({
      target: { host: '127.0.0.1', port: 3000 },
      requestTimeoutMs: 25_000,
      connectTimeoutMs: 10_000,
      timing: { pingIntervalMs: 300_000, rotateAfterMs: 110 * 60_000, resendMs: 2000 },
    });
  });

  it('suggests the wss:// address when its endpoint is an https:// address', () => {
    expect(resolving({ endpoint: 'https://agents.test/prod' })).toThrow('did you mean wss://agents.test/prod?');
  });

  it.each(['', 'agents.test', 'ftp://agents.test'])('refuses the endpoint "%s"', (endpoint) => {
    expect(resolving({ endpoint })).toThrow(AgentOptionError);
  });

  it.each(['', 'two words', 'line\nbreak', 'ünicode'])('refuses the token %j with an error that does not contain the token', (token) => {
    expect(resolving({ token })).toThrow(AgentOptionError);
    if (token !== '') expect(resolving({ token })).not.toThrow(token);
  });

  it.each(['127.0.0.1', '127.8.9.1', '::1', '[::1]', 'localhost', 'LOCALHOST'])('accepts %s as a target on this machine', (host) => {
    expect(resolving({ target: { host, port: 1 } })).not.toThrow();
  });

  it.each(['10.0.0.1', '0.0.0.0', '169.254.169.254', 'db.internal', '127.1', '128.0.0.1', '::', 'localhost.evil.test'])(
    'accepts %s as a target only with --allow-remote-target',
    (host) => {
      expect(resolving({ target: { host, port: 80 } })).toThrow('--allow-remote-target');
      expect(resolving({ target: { host, port: 80 }, allowRemoteTarget: true })).not.toThrow();
    },
  );

  it.each(['http://127.0.0.1', '127.0.0.1/x', 'a b', ''])('refuses "%s" as the host of the target', (host) => {
    expect(resolving({ target: { host, port: 80 }, allowRemoteTarget: true })).toThrow('neither a host name nor an address');
  });

  it.each([0, -1, 65_536, 1.5, NaN])('refuses %p as the port of the target', (port) => {
    expect(resolving({ target: { port } })).toThrow('from 1 to 65535');
  });

  it('limit the time until the head of a stream only if the time is given', () => {
    expect(resolving({})().headTimeoutMs).toBeUndefined();
    expect(resolving({ requestTimeoutMs: 3000 })()).toMatchObject({ requestTimeoutMs: 3000, headTimeoutMs: 3000 });
  });

  it.each([0, -5, Infinity, NaN])('refuses a request timeout of %p ms', (requestTimeoutMs) => {
    expect(resolving({ requestTimeoutMs })).toThrow('request timeout');
  });

  it('refuses an empty name', () => {
    expect(resolving({ name: '' })).toThrow('the name is empty');
  });

  it('checks its options in the constructor, before it connects', () => {
    expect(() => new Agent({ ...VALID, endpoint: 'http://x' })).toThrow(AgentOptionError);
  });
});
