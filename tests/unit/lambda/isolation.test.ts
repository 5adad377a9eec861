import { startLambda } from '../../support/lambda-fixture';
import type { LambdaFixture } from '../../support/lambda-fixture';

const SHOW = `exports.handler = async ({ ms = 0 }) => { await new Promise((r) => setTimeout(r, ms)); return process.env; };`;

let lambda: LambdaFixture;
beforeAll(async () => {
  process.env.HTTP_TUNNEL_TEST_SECRET = 'of the developer';
  process.env.AWS_PROFILE = 'production';
  lambda = await startLambda({
    one: {
      files: { 'index.js': SHOW },
      environment: { TUNNELS_TABLE: 'tunnels', AWS_REGION: 'mars-north-1' },
    },
    two: SHOW,
    cold: SHOW,
  });
});
afterAll(async () => {
  delete process.env.HTTP_TUNNEL_TEST_SECRET;
  delete process.env.AWS_PROFILE;
  await lambda.close();
});

async function environmentOf(name: string, ms?: number): Promise<Record<string, string>> {
  const result = await lambda.invoke(name, { ms });
  return (result as unknown as { payload: Record<string, string> }).payload;
}

test('a function sees its own variables, the Lambda variables and PATH, but no other variables of the local cloud', async () => {
  const { PATH, TUNNELS_TABLE, ...reserved } = await environmentOf('one');
  expect(PATH).toBe(process.env.PATH);
  expect(TUNNELS_TABLE).toBe('tunnels');
  expect(Object.keys(reserved).sort()).toEqual([
    'AWS_ACCESS_KEY_ID',
    'AWS_DEFAULT_REGION',
    'AWS_EC2_METADATA_DISABLED',
    'AWS_ENDPOINT_URL',
    'AWS_EXECUTION_ENV',
    'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
    'AWS_LAMBDA_FUNCTION_NAME',
    'AWS_LAMBDA_FUNCTION_VERSION',
    'AWS_LAMBDA_INITIALIZATION_TYPE',
    'AWS_LAMBDA_LOG_FORMAT',
    'AWS_LAMBDA_LOG_GROUP_NAME',
    'AWS_LAMBDA_LOG_STREAM_NAME',
    'AWS_LAMBDA_RUNTIME_API',
    'AWS_REGION',
    'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_XRAY_CONTEXT_MISSING',
    'AWS_XRAY_DAEMON_ADDRESS',
    'HOME',
    'LAMBDA_TASK_ROOT',
    'LANG',
    'TZ',
    '_HANDLER',
    '_X_AMZN_TRACE_ID',
  ]);
});

test('reserved Lambda variables override variables of the function', async () => {
  expect(await environmentOf('one')).toMatchObject({
    AWS_REGION: 'eu-central-1',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    _HANDLER: 'index.handler',
    TZ: ':UTC',
  });
});

test('the credentials of a function identify the function, its role and the calling environment', async () => {
  const variables = await environmentOf('one');
  const [environment] = lambda.service.environments('one');
  const principal = lambda.service.find(variables.AWS_ACCESS_KEY_ID as string, variables.AWS_SESSION_TOKEN);
  expect(principal).toMatchObject({
    functionName: 'one',
    roleArn: 'arn:aws:iam::000000000000:role/one',
    secretAccessKey: variables.AWS_SECRET_ACCESS_KEY,
  });
  expect(principal?.environment).toBe(environment);
});

test('two environments of a function have the same access key id, but different session tokens', async () => {
  const [a, b] = await Promise.all([environmentOf('cold', 600), environmentOf('cold', 600)]);
  const find = (variables: Record<string, string>) =>
    lambda.service.find(variables.AWS_ACCESS_KEY_ID as string, variables.AWS_SESSION_TOKEN)?.environment?.id;
  expect(a?.AWS_ACCESS_KEY_ID).toBe(b?.AWS_ACCESS_KEY_ID);
  expect(find(a)).toBeDefined();
  expect(find(a)).not.toBe(find(b));
});

test('an unknown access key id or a session token of another function identifies no principal', async () => {
  const [one, two] = [await environmentOf('one'), await environmentOf('two')];
  expect(lambda.service.find('ASIAABSENT', one.AWS_SESSION_TOKEN)).toBeUndefined();
  expect(lambda.service.find(one.AWS_ACCESS_KEY_ID as string, two.AWS_SESSION_TOKEN)).toBeUndefined();
  expect(lambda.service.find(one.AWS_ACCESS_KEY_ID as string, 'made up')).toBeUndefined();
});
