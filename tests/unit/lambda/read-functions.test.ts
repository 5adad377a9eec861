import { specOf } from '../../support/spec-of';

const withLogging = (logging_config?: object) =>
  specOf({
    'aws_lambda_function.f': {
      function_name: 'f',
      handler: 'index.handler',
      runtime: 'nodejs22.x',
      filename: 'f.zip',
      role: 'arn:aws:iam::000000000000:role/r',
      ...(logging_config && { logging_config }),
    },
  }).functions[0]?.logging;

test.each([
  ['text', undefined, { format: 'Text', applicationLevel: 'INFO', systemLevel: 'INFO' }],
  ['JSON from INFO on', { log_format: 'JSON' }, { format: 'JSON', applicationLevel: 'INFO', systemLevel: 'INFO' }],
  [
    'JSON from the levels on that are set',
    { log_format: 'JSON', application_log_level: 'ERROR', system_log_level: 'WARN' },
    { format: 'JSON', applicationLevel: 'ERROR', systemLevel: 'WARN' },
  ],
])('a function logs %s', (_, config, logging) => {
  expect(withLogging(config)).toEqual(logging);
});

test.each([
  ['an unknown format', { log_format: 'XML' }, 'log_format is XML; it may be Text, JSON'],
  ['a level for text', { log_format: 'Text', system_log_level: 'WARN' }, 'system_log_level needs log_format = "JSON"'],
  ['an unknown level', { log_format: 'JSON', application_log_level: 'LOUD' }, 'application_log_level is LOUD; it may be TRACE, DEBUG'],
  [
    'a level that only applications have',
    { log_format: 'JSON', system_log_level: 'ERROR' },
    'system_log_level is ERROR; it may be DEBUG, INFO, WARN',
  ],
])('%s stops the boot', (_, config, message) => {
  expect(() => withLogging(config)).toThrow(`aws_lambda_function.f: ${message}`);
});
