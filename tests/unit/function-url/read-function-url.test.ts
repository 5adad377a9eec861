import type { Attributes } from '../../../emulator/terraform/stack';
import { specOf } from '../../support/spec-of';

const URL = { function_name: '${aws_lambda_function.streams.function_name}', authorization_type: 'NONE', invoke_mode: 'RESPONSE_STREAM' };
const PERMISSION = {
  action: 'lambda:InvokeFunctionUrl',
  function_name: '${aws_lambda_function.streams.function_name}',
  principal: '*',
  function_url_auth_type: 'NONE',
};
const PROPERTIES = {
  Action: 'lambda:InvokeFunction',
  FunctionName: '${aws_lambda_function.streams.function_name}',
  Principal: '*',
  InvokedViaFunctionUrl: true,
};
const template = (properties: object, more: object = {}): string =>
  JSON.stringify({ Resources: { Invoke: { Type: 'AWS::Lambda::Permission', Properties: properties } }, ...more });

const read = (resources: Record<string, Attributes>) =>
  specOf({
    'aws_lambda_function.streams': {
      function_name: 'http-tunnel-streams',
      handler: 'index.handler',
      runtime: 'nodejs22.x',
      filename: 'streams.zip',
      role: 'arn:aws:iam::000000000000:role/streams',
      environment: { variables: { STREAM_URL: '${aws_lambda_function_url.url.function_url}' } },
    },
    ...resources,
  });

test('a function URL is read with its function, its mode, and its address, which other resources can refer to', () => {
  const { functionUrls, functions } = read({ 'aws_lambda_function_url.url': URL });
  expect(functionUrls).toEqual([
    {
      address: 'aws_lambda_function_url.url',
      urlId: expect.stringMatching(/^[a-z0-9]{32}$/) as string,
      url: 'http://127.0.0.1:8082/',
      functionName: 'http-tunnel-streams',
      functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:http-tunnel-streams',
      invokeMode: 'RESPONSE_STREAM',
    },
  ]);
  expect(functions[0]?.environment).toEqual({ STREAM_URL: 'http://127.0.0.1:8082/' });
});

test('the mode is BUFFERED by default, and the function may be named by its ARN', () => {
  const { functionUrls } = read({
    'aws_lambda_function_url.url': { authorization_type: 'NONE', function_name: '${aws_lambda_function.streams.arn}' },
  });
  expect(functionUrls).toMatchObject([{ functionName: 'http-tunnel-streams', invokeMode: 'BUFFERED' }]);
});

test.each([
  ['another authorization', { ...URL, authorization_type: 'AWS_IAM' }, 'aws_lambda_function_url.url.authorization_type is AWS_IAM'],
  ['an unknown mode', { ...URL, invoke_mode: 'FAST' }, 'aws_lambda_function_url.url.invoke_mode is FAST'],
  ['a qualifier', { ...URL, qualifier: 'live' }, 'aws_lambda_function_url.url.qualifier: the local cloud does not support this'],
  ['CORS', { ...URL, cors: { allow_origins: ['*'] } }, 'aws_lambda_function_url.url.cors: the local cloud does not support this'],
  ['a function that is not there', { ...URL, function_name: 'gone' }, 'aws_lambda_function_url.url.function_name is gone'],
])('a function URL with %s stops the boot', (_what, attributes, message) => {
  expect(() => read({ 'aws_lambda_function_url.url': attributes })).toThrow(message);
});

test('a second function URL stops the boot', () => {
  expect(() => read({ 'aws_lambda_function_url.url': URL, 'aws_lambda_function_url.more': URL })).toThrow(
    'aws_lambda_function_url.more: the local cloud serves only one function URL, which is aws_lambda_function_url.url',
  );
});

test('both permissions are read: one from Terraform, one from the template of a CloudFormation stack', () => {
  const { permissions } = read({
    'aws_lambda_function_url.url': URL,
    'aws_lambda_permission.url': PERMISSION,
    'aws_cloudformation_stack.invoke': {
      name: 'invoke',
      template_body: template(PROPERTIES, { AWSTemplateFormatVersion: '2010-09-09', Description: 'why' }),
    },
  });
  expect(permissions).toEqual([
    { address: 'aws_lambda_permission.url', functionName: 'http-tunnel-streams', principal: '*', url: 'InvokeFunctionUrl' },
    { address: 'aws_cloudformation_stack.invoke', functionName: 'http-tunnel-streams', principal: '*', url: 'InvokedViaFunctionUrl' },
  ]);
});

test.each([
  ['for a principal of its own', { ...PERMISSION, principal: 'cloudfront.amazonaws.com' }],
  ['without an authorization type', { ...PERMISSION, function_url_auth_type: undefined }],
])('a permission to use the URL %s stops the boot', (_what, attributes) => {
  expect(() => read({ 'aws_lambda_function_url.url': URL, 'aws_lambda_permission.url': attributes })).toThrow(
    'aws_lambda_permission.url permits lambda:InvokeFunctionUrl: the local cloud supports it only for principal "*"',
  );
});

test.each([
  ['another type of resource', JSON.stringify({ Resources: { Bucket: { Type: 'AWS::S3::Bucket' } } })],
  [
    'two resources',
    JSON.stringify({
      Resources: Object.fromEntries(['A', 'B'].map((name) => [name, { Type: 'AWS::Lambda::Permission', Properties: PROPERTIES }])),
    }),
  ],
  ['no resource', JSON.stringify({ Resources: {} })],
  ['a permission for everybody, not only through the URL', template({ ...PROPERTIES, InvokedViaFunctionUrl: undefined })],
  ['another action', template({ ...PROPERTIES, Action: 'lambda:*' })],
  ['another principal', template({ ...PROPERTIES, Principal: 'cloudfront.amazonaws.com' })],
  ['an unknown property', template({ ...PROPERTIES, SourceArn: 'arn:aws:x' })],
  ['parameters', template(PROPERTIES, { Parameters: {} })],
])('a CloudFormation template with %s stops the boot', (_what, body) => {
  expect(() => read({ 'aws_lambda_function_url.url': URL, 'aws_cloudformation_stack.invoke': { name: 'i', template_body: body } })).toThrow(
    'aws_cloudformation_stack.invoke.template_body: the local cloud runs no CloudFormation',
  );
});

test('a CloudFormation template that is not JSON stops the boot', () => {
  expect(() =>
    read({ 'aws_lambda_function_url.url': URL, 'aws_cloudformation_stack.invoke': { name: 'i', template_body: 'Resources: {}' } }),
  ).toThrow('aws_cloudformation_stack.invoke.template_body is not JSON');
});
