import { parseTraceOptions } from '../../../trace/options';

const ID = '0b2c7a52-3f0e-4d0c-9a53-7a0e0f3f1a11';

test('npm run trace asks the local cloud by default, or the environment that --env names', () => {
  expect(parseTraceOptions([ID])).toEqual({ requestId: ID, env: 'local', hours: 6, json: false });
  expect(parseTraceOptions([ID, '--env', 'prod', '--hours', '48', '--json'])).toEqual({
    requestId: ID,
    env: 'prod',
    hours: 48,
    json: true,
  });
});

test.each([
  [[], 'a request id is missing'],
  [['x y'], '"x y" is not a request id'],
  [[ID, ID], 'one request id'],
  [[ID, '--env', 'nowhere'], 'nowhere'],
  [[ID, '--hours', '0'], 'Give a whole number from 1 to 720'],
])('the trace arguments %j are refused with an error that names the problem', (args, message) => {
  expect(() => parseTraceOptions(args)).toThrow(message);
});
