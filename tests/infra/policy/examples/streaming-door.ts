import type { StackJson } from '../../../../policy/terraform/read-synthesized-stack';
import { only, together, type Example } from './example';

type Values = Record<string, unknown>;

const lambda = (name: string) =>
  only(
    'aws_lambda_function',
    {
      function_name: `http-tunnel-prod-${name}`,
      role: 'arn:aws:iam::111122223333:role/it',
      handler: 'index.handler',
      filename: 'it.zip',
      runtime: 'nodejs22.x',
    },
    name,
  );

const functionName = '${aws_lambda_function.stream-request.function_name}';

const url = (values: Values = {}) =>
  only('aws_lambda_function_url', { function_name: functionName, authorization_type: 'NONE', invoke_mode: 'RESPONSE_STREAM', ...values });

const permission = (values: Values = {}) =>
  only('aws_lambda_permission', {
    action: 'lambda:InvokeFunctionUrl',
    function_name: functionName,
    principal: '*',
    function_url_auth_type: 'NONE',
    ...values,
  });

/** The properties of the one resource that a template may have. */
export const PROPERTIES: Values = {
  Action: 'lambda:InvokeFunction',
  FunctionName: functionName,
  InvokedViaFunctionUrl: true,
  Principal: '*',
};

export const template = (properties: Values): Values => ({
  Resources: { Invocation: { Type: 'AWS::Lambda::Permission', Properties: properties } },
});

export const cloudformation = (body: unknown, values: Values = {}) =>
  only('aws_cloudformation_stack', { name: 'http-tunnel-prod-streaming-door', template_body: JSON.stringify(body), ...values });

const door = (...parts: StackJson[]) => together(lambda('stream-request'), lambda('sweep'), ...parts);

const whole = cloudformation(template(PROPERTIES));
const ofAnother = { function_name: '${aws_lambda_function.sweep.function_name}' };

/** Stacks with a streaming door: one that holds, and for each way to open too much the problem that a rule must report. */
export const doors = {
  holds: door(url(), permission(), whole),
  withStack: (stack: StackJson) => door(url(), permission(), stack),
  refused: [
    ['function-url', 'an open URL of another function', door(url(ofAnother), permission(), whole), 'it is not stream-request'],
    ['function-url', 'a door without the permission of the provider', door(url(), whole), 'lambda:InvokeFunctionUrl is missing'],
    [
      'function-url',
      'a door whose permission is for another function',
      door(url(), permission(ofAnother), whole),
      'lambda:InvokeFunctionUrl is missing',
    ],
    ['function-url', 'a door without the permission of CloudFormation', door(url(), permission()), 'lambda:InvokeFunction is missing'],
    [
      'function-url',
      'a door that hands over whole answers',
      door(url({ invoke_mode: 'BUFFERED' }), permission(), whole),
      'invoke_mode is not RESPONSE_STREAM',
    ],
    ['function-url', 'a door that answers preflights', door(url({ cors: { allow_origins: ['*'] } }), permission(), whole), 'cors is set'],
    [
      'lambda-permission-source',
      'everybody may invoke the function',
      door(permission({ action: 'lambda:InvokeFunction', function_url_auth_type: null })),
      'principal is *: everybody may call the function',
    ],
    [
      'lambda-permission-source',
      'everybody may do anything with the function',
      door(permission({ action: 'lambda:*' })),
      'principal is *: everybody may call the function',
    ],
    [
      'lambda-permission-source',
      'everybody may use a URL of any kind',
      door(permission({ function_url_auth_type: null })),
      'principal is *: everybody may call the function',
    ],
    [
      'lambda-permission-source',
      'everybody may use the URL of another function',
      door(permission(ofAnother)),
      'principal is *, but the function is not stream-request',
    ],
  ] as const,
};

/** Templates and stacks of CloudFormation that the rule refuses. */
export const refusedStacks = [
  [
    'a permission without its condition',
    cloudformation(template({ ...PROPERTIES, InvokedViaFunctionUrl: false })),
    'InvokedViaFunctionUrl',
  ],
  [
    'a permission for all actions',
    cloudformation(template({ ...PROPERTIES, Action: 'lambda:*' })),
    "the template's Action is not lambda:InvokeFunction",
  ],
  [
    'a permission for another function',
    cloudformation(template({ ...PROPERTIES, FunctionName: '${aws_lambda_function.sweep.arn}' })),
    "the template's function is not stream-request",
  ],
  ['a permission with more properties', cloudformation(template({ ...PROPERTIES, SourceArn: '*' })), 'the template has SourceArn'],
  [
    'another kind of resource',
    cloudformation({ Resources: { It: { Type: 'AWS::IAM::Role', Properties: PROPERTIES } } }),
    'the template makes AWS::IAM::Role',
  ],
  [
    'a second resource',
    cloudformation({ Resources: { ...(template(PROPERTIES)['Resources'] as Values), Other: { Type: 'AWS::IAM::Role' } } }),
    'the template has not exactly one resource',
  ],
  ['no resource', cloudformation({ Resources: {} }), 'the template has not exactly one resource'],
  ['a transform', cloudformation({ ...template(PROPERTIES), Transform: 'AWS::Include' }), 'the template has Transform'],
  ['a template in YAML', cloudformation(null, { template_body: 'Resources: {}' }), 'template_body is not JSON'],
  [
    'a template at an address',
    only('aws_cloudformation_stack', { name: 'it', template_url: 'https://it.s3.amazonaws.com/it' }),
    'template_url is set',
  ],
  ['capabilities', cloudformation(template(PROPERTIES), { capabilities: ['CAPABILITY_IAM'] }), 'capabilities is set'],
  ['a role', cloudformation(template(PROPERTIES), { iam_role_arn: 'arn:aws:iam::111122223333:role/it' }), 'iam_role_arn is set'],
  [
    'a stack set',
    only('aws_cloudformation_stack_set', { name: 'it', template_body: JSON.stringify(template(PROPERTIES)) }),
    'aws_cloudformation_stack_set makes resources that no rule sees',
  ],
  [
    'a resource of Cloud Control',
    only('aws_cloudcontrolapi_resource', { type_name: 'AWS::Lambda::Permission', desired_state: '{}' }),
    'aws_cloudcontrolapi_resource makes resources that no rule sees',
  ],
] as const;

export const streamingDoor: Record<string, Example> = {
  'function-url': {
    holds: doors.holds,
    violated: door(url(ofAnother), permission(), whole),
    problem: 'everybody may call the function, and it is not stream-request',
  },
  'cloudformation-stack': {
    holds: doors.holds,
    violated: door(cloudformation(template({ ...PROPERTIES, InvokedViaFunctionUrl: false }))),
    problem: "the template's InvokedViaFunctionUrl is not true",
  },
};
