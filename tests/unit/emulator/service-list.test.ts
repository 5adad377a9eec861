import { SERVICES } from '../../../emulator/aws-services';
import type { Cloud, CloudService } from '../../../emulator/cloud-service';
import { ServiceList } from '../../../emulator/service-list';
import type { AwsCall, ServiceApi } from '../../../emulator/services';
import type { Attributes, Stack } from '../../../emulator/terraform/stack';

const OPTIONS = {
  region: 'eu-central-1',
  accountId: '000000000000',
  endpoints: { visitors: 'http://127.0.0.1:8080', webSockets: 'ws://127.0.0.1:8081' },
  variables: { key: 'secret' },
};

function stack(resources: Record<string, Attributes>, outputs: Stack['outputs'] = {}): Stack {
  return {
    directory: '/stack',
    variables: { key: {} },
    outputs,
    resources: Object.entries(resources).map(([address, attributes]) => {
      const [type = '', name = ''] = address.split('.');
      return { address, type, name, attributes };
    }),
  };
}

const TABLE = {
  name: 'pending',
  hash_key: 'id',
  attribute: [{ name: 'id', type: 'S' }],
  stream_enabled: true,
  stream_view_type: 'NEW_IMAGE',
};

test('a Terraform reference is replaced by the value that AWS would compute, alone and within a text', () => {
  const spec = SERVICES.read(
    stack(
      {
        'aws_dynamodb_table.pending': TABLE,
        'aws_apigatewayv2_api.agents': { protocol_type: 'WEBSOCKET', route_selection_expression: '$request.body.type' },
        'aws_apigatewayv2_stage.agents': { api_id: '${aws_apigatewayv2_api.agents.id}', name: 'v1', auto_deploy: true },
        'aws_lambda_function.sweep': {
          function_name: 'sweep',
          handler: 'index.handler',
          runtime: 'nodejs22.x',
          filename: 'assets/sweep.zip',
          role: 'arn:aws:iam::0:role/sweep',
          environment: { variables: { TABLE: '${aws_dynamodb_table.pending.name}', URL: '${aws_apigatewayv2_stage.agents.invoke_url}' } },
        },
      },
      { table: { value: 'the table is ${aws_dynamodb_table.pending.arn}' } },
    ),
    OPTIONS,
  );
  expect(spec.functions[0]).toMatchObject({
    codeZip: '/stack/assets/sweep.zip',
    timeoutMs: 3000,
    memoryMb: 128,
    asyncInvocation: { maxRetries: 2, maxAgeMs: 21_600_000 },
  });
  expect(spec.functions[0]?.environment['TABLE']).toBe('pending');
  expect(spec.functions[0]?.environment['URL']).toMatch(/^ws:\/\/127\.0\.0\.1:8081\/[a-z0-9]{10}\/v1$/);
  expect(spec.outputs['table']).toBe('the table is arn:aws:dynamodb:eu-central-1:000000000000:table/pending');
});

test('a Terraform variable takes its given value, and a missing value causes an error that names TF_VAR_key', () => {
  const resources = { 'aws_ssm_parameter.key': { name: '/key', type: 'SecureString', value_wo: '${var.key}' } };
  expect(SERVICES.read(stack(resources), OPTIONS).parameters[0]?.value).toBe('secret');
  expect(() => SERVICES.read(stack(resources), { ...OPTIONS, variables: {} })).toThrow('set TF_VAR_key');
});

test.each<[string, Record<string, Attributes>, string]>([
  ['an unknown resource type', { 'aws_kinesis_stream.s': {} }, 'aws_kinesis_stream.s: the local cloud does not know aws_kinesis_stream'],
  ['a Terraform function', { 'aws_sqs_queue.q': { name: '${upper("q")}' } }, 'aws_sqs_queue.q'],
  [
    'a reference to a missing resource',
    { 'aws_sqs_queue.q': { name: '${aws_sqs_queue.other.name}' } },
    'aws_sqs_queue.other, which the stack does not have',
  ],
  ['a resource that refers to itself', { 'aws_sqs_queue.q': { name: '${aws_sqs_queue.q.name}' } }, 'refers to itself'],
  ['a missing required attribute', { 'aws_sqs_queue.q': {} }, 'aws_sqs_queue.q'],
  [
    'a reference to an attribute that is not computed',
    { 'aws_sqs_queue.q': { name: '${aws_sqs_queue.p.kms_id}' }, 'aws_sqs_queue.p': { name: 'p' } },
    'aws_sqs_queue.p.kms_id, which the local cloud does not know; add the attribute',
  ],
  ['a global secondary index', { 'aws_dynamodb_table.t': { ...TABLE, global_secondary_index: [{}] } }, 'global_secondary_index'],
  ['an API without a stage', { 'aws_apigatewayv2_api.a': { protocol_type: 'HTTP' } }, 'has no stage'],
])('a stack with %s stops the boot with a TerraformError', (_, resources, message) => {
  expect(() => SERVICES.read(stack(resources), OPTIONS)).toThrow(message);
  expect(() => SERVICES.read(stack(resources), OPTIONS)).toThrow(expect.objectContaining({ name: 'TerraformError' }));
});

test('a resource type that a service lists as withoutEffect does not stop the boot', () => {
  expect(() => SERVICES.read(stack({ 'aws_cloudwatch_log_group.r': { name: 'r' } }), OPTIONS)).not.toThrow();
});

describe('a list of services', () => {
  type Part<Needs extends object, Offers extends object> = CloudService<object, Needs, Offers>;
  const clock: Part<object, { readonly now: number }> = { start: () => ({ now: 7 }) };

  test('starts each service with the offers of earlier services, and calls begin when all services have started', async () => {
    const happened: string[] = [];
    const first: Part<object, object> = {
      start: () => ({}),
      begin: () => happened.push('the first begins'),
    };
    const second: Part<{ readonly now: number }, { readonly twice: number }> = {
      start: async ({ now }) => {
        happened.push('the second starts');
        return { twice: now * 2 };
      },
      api: ({ now, twice }) => ({ calendar: async () => ({ status: 200, body: `${now} ${twice}` }) }),
    };
    const cloud = { apis: {} } as Cloud & { apis: Record<string, ServiceApi> };
    const offers = await new ServiceList().with(first).with(clock).with(second).start(cloud);
    expect(offers).toEqual({ now: 7, twice: 14 });
    expect(happened).toEqual(['the second starts', 'the first begins']);
    await expect(cloud.apis['calendar']?.({} as AwsCall)).resolves.toEqual({ status: 200, body: '7 14' });
  });

  test('does not compile when a service comes before the service that offers its needs', () => {
    const needy: Part<{ readonly now: number }, object> = { start: () => ({}) };
    // @ts-expect-error -- nothing offers `now` yet
    new ServiceList().with(needy).with(clock);
    new ServiceList().with(clock).with(needy);
  });
});
