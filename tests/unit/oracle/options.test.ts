import { CommandLineError } from '../../../cli/command-line';
import { isAws, parseOracleOptions, type OracleOptions } from '../../../oracle/options';

const options = (...args: string[]): OracleOptions => parseOracleOptions(args) as OracleOptions;

test('the endpoint alone asks about dev, with a visit and without known faults', () => {
  expect(options('--endpoint', 'http://127.0.0.1:5000/')).toEqual({
    endpoint: 'http://127.0.0.1:5000',
    env: 'dev',
    visit: true,
    json: false,
  });
});

test('every option of the oracle is read', () => {
  const files = ['--known', 'oracle/known/moto.json', '--markdown', 'report.md'];
  expect(options('--endpoint', 'https://localhost.localstack.cloud:4566', '--env', 'prod', ...files, '--no-visit', '--json')).toEqual({
    endpoint: 'https://localhost.localstack.cloud:4566',
    env: 'prod',
    known: 'oracle/known/moto.json',
    visit: false,
    json: true,
    markdown: 'report.md',
  });
});

test.each([
  [[], 'the option --endpoint <url> is missing'],
  [['--endpoint', '127.0.0.1:5000'], 'Give a URL such as http://127.0.0.1:5000'],
  [['--endpoint', 'ftp://127.0.0.1'], 'Give a URL such as http://127.0.0.1:5000'],
  [['--endpoint', 'http://127.0.0.1:5000', '--knwon', 'moto.json'], "unknown option '--knwon'"],
  [['--endpoint', 'http://127.0.0.1:5000', 'dev'], 'too many arguments'],
])('%j is refused in one line', (args, message) => {
  expect(() => options(...args)).toThrow(CommandLineError);
  expect(() => options(...args)).toThrow(message);
});

test.each([
  'https://lambda.us-east-1.amazonaws.com',
  'https://amazonaws.com/',
  'https://dynamodb.cn-north-1.amazonaws.com.cn',
  'https://LAMBDA.eu-west-1.API.AWS',
  'https://sts.eusc-de-east-1.amazonaws.eu',
])('%s is AWS, and is refused with a sentence that leads to deploy.md', (url) => {
  expect(() => options('--endpoint', url)).toThrow('docs/deploy.md says how to apply an environment to an account');
});

test.each(['localhost.localstack.cloud', '127.0.0.1', 'amazonaws.com.example.org', 'myamazonaws.com'])('%s is not AWS', (hostname) => {
  expect(isAws(hostname)).toBe(false);
});

test('help names the exit statuses and the document', () => {
  const { help } = parseOracleOptions(['--help']) as { help: string };
  expect(help).toContain('Exit status: 0 when');
  expect(help).toContain('docs/oracle.md');
});
