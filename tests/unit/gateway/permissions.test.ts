import { Permissions } from '../../../emulator/iam/permissions';

const API = 'arn:aws:execute-api:eu-central-1:000000000000:abcdef1234';
const permissions = new Permissions([
  {
    address: 'a',
    functionName: 'visitor',
    principal: 'apigateway.amazonaws.com',
    sourceArn: `${API}/*/$default`,
  },
  {
    address: 'b',
    functionName: 'arn:aws:lambda:eu-central-1:000000000000:function:sweep',
    principal: 'events.amazonaws.com',
  },
]);

describe('permissions', () => {
  test('allow the named service if the source ARN matches', () => {
    expect(permissions.allows('visitor', 'apigateway.amazonaws.com', `${API}/v1/$default`)).toBe(true);
  });

  test('identify a function by its name or by its ARN', () => {
    const arn = 'arn:aws:lambda:eu-central-1:000000000000:function:visitor';
    expect(permissions.allows(arn, 'apigateway.amazonaws.com', `${API}/v1/$default`)).toBe(true);
    expect(permissions.allows('sweep', 'events.amazonaws.com', 'arn:aws:events:eu-central-1:000000000000:rule/sweep')).toBe(true);
  });

  test.each([
    ['another function', 'other', 'apigateway.amazonaws.com', `${API}/v1/$default`],
    ['another service', 'visitor', 'events.amazonaws.com', `${API}/v1/$default`],
    ['another route', 'visitor', 'apigateway.amazonaws.com', `${API}/v1/$connect`],
    ['another API', 'visitor', 'apigateway.amazonaws.com', `${API.replace('abcdef1234', 'zyx')}/v1/$default`],
  ])('refuse %s', (_what, name, principal, source) => {
    expect(permissions.allows(name, principal, source)).toBe(false);
  });

  test('allow every source if they name no source ARN', () => {
    expect(permissions.allows('sweep', 'events.amazonaws.com', 'anything')).toBe(true);
  });
});

describe('the permissions of a function URL', () => {
  const urls = new Permissions([
    { address: 'a', functionName: 'one', principal: '*', url: 'InvokeFunctionUrl' },
    { address: 'b', functionName: 'both', principal: '*', url: 'InvokeFunctionUrl' },
    { address: 'c', functionName: 'arn:aws:lambda:eu-central-1:000000000000:function:both', principal: '*', url: 'InvokedViaFunctionUrl' },
  ]);

  test('are missing until the stack has both', () => {
    expect(urls.missingForUrl('none')).toEqual(['InvokeFunctionUrl', 'InvokedViaFunctionUrl']);
    expect(urls.missingForUrl('one')).toEqual(['InvokedViaFunctionUrl']);
    expect(urls.missingForUrl('arn:aws:lambda:eu-central-1:000000000000:function:both')).toEqual([]);
  });

  test('allow no service to invoke the function', () => {
    expect(urls.allows('both', '*', 'anything')).toBe(false);
  });
});
