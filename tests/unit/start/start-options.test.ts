import { parseStartOptions, type StartOptions } from '../../../local/start/start-options';

const TOKEN = 'a-token-of-more-than-24-characters';
const ENVIRONMENT = { HTTP_TUNNEL_BASIC_AUTH: 'ann:long enough\nbob:longer yet' };
const parsed = (args: readonly string[], environment = {}) => parseStartOptions(args, environment) as StartOptions;

describe('the visitor access of npm start', () => {
  test('has no restrictions by default', () => {
    expect(parsed([])).toMatchObject({ access: {}, warnings: [] });
  });

  test('comes from the access options of the agent, with the same warnings, and from the environment', () => {
    const options = parsed(['--bearer-token', TOKEN, '--allow-cidr', '127.0.0.0/8', '--allow-preflight'], ENVIRONMENT);
    expect(options.access).toEqual({
      basicAuth: ['ann:long enough', 'bob:longer yet'],
      bearerTokens: [TOKEN],
      allowCidrs: ['127.0.0.0/8'],
      allowPreflight: true,
    });
    expect(options.warnings).toEqual([expect.stringContaining('use --bearer-token-file')]);
  });

  test.each([
    [['--allow-cidr', 'example.com'], /"example.com" is not an address range/],
    [['--basic-auth', 'ann:short'], /the password of "ann" has fewer than 8/],
    [['--basic-auth-file', '/nowhere'], /"\/nowhere" cannot be read/],
    [['--no-agent', '--allow-cidr', '127.0.0.0/8'], /--no-agent starts no agent/],
  ])('is refused with an error for the arguments %j', (args, complaint) => {
    expect(() => parsed(args)).toThrow(complaint);
  });

  test('is refused when a variable with credentials is empty, because an empty one would let everybody in', () => {
    expect(() => parsed([], { HTTP_TUNNEL_BASIC_AUTH: '' })).toThrow('HTTP_TUNNEL_BASIC_AUTH is empty');
    expect(() => parsed([], { HTTP_TUNNEL_BEARER_TOKEN: '\n' })).toThrow('HTTP_TUNNEL_BEARER_TOKEN is empty');
  });

  test('has no restrictions with --no-agent, even if the environment has credentials for agents', () => {
    expect(parsed(['--no-agent'], ENVIRONMENT).access).toEqual({});
  });
});

test.each([
  ['an invalid port', ['--port', '99999'], '99999'],
  ['an unknown mode', ['--mode', 'pigeon'], 'pigeon'],
  ['a share above 100 %', ['--percent', '101'], 'from 0 to 100'],
  ['a share for the mode polling', ['--mode', 'polling', '--percent', '25'], '--percent needs --mode bus or direct'],
  ['a pin without a port', ['--pin', 'demo'], 'NAME=PORT'],
])('npm start refuses %s with an error of one line', (_, args, text) => {
  const complaint = /^[^\n]+$/;
  expect(() => parsed(args)).toThrow(complaint);
  expect(() => parsed(args)).toThrow(text);
});

test('--stream-port is the port for answers that stream; by default any free one', () => {
  expect(parsed([]).streamPort).toBeUndefined();
  expect(parsed(['--stream-port', '9002']).streamPort).toBe(9002);
  expect(parsed(['--stream-port', '0']).streamPort).toBe(0);
  expect(() => parsed(['--stream-port', 'x'])).toThrow('--stream-port');
});
