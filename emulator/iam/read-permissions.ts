import * as v from 'valibot';
import type { PermissionSpec } from '../specs';
import type { Block } from '../terraform/block';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';

export const readPermissions = (reader: ResourceReader): PermissionSpec[] => [
  ...reader.all('aws_lambda_permission').map(permission),
  ...reader.all('aws_cloudformation_stack').map(permissionInStack),
];

function permission(block: Block): PermissionSpec {
  const { address } = block;
  const action = block.text('action');
  const common = { address, functionName: functionNameOf(block.text('function_name')), principal: block.text('principal') };
  if (action === 'lambda:InvokeFunctionUrl') {
    if (common.principal !== '*' || block.optionalText('function_url_auth_type') !== 'NONE')
      throw new TerraformError(
        `${address} permits ${action}: the local cloud supports it only for principal "*" with function_url_auth_type "NONE"`,
      );
    return { ...common, url: 'InvokeFunctionUrl' };
  }
  if (action !== 'lambda:InvokeFunction') {
    throw new TerraformError(
      `${address} permits ${action}: the local cloud supports only lambda:InvokeFunction and lambda:InvokeFunctionUrl`,
    );
  }
  const sourceArn = block.optionalText('source_arn');
  return { ...common, ...(sourceArn !== undefined && { sourceArn }) };
}

/** The one kind of template that the local cloud knows: a permission that provider 5.100 cannot express. */
const UrlPermissionTemplate = v.strictObject({
  AWSTemplateFormatVersion: v.optional(v.string()),
  Description: v.optional(v.string()),
  Resources: v.pipe(
    v.record(
      v.string(),
      v.strictObject({
        Type: v.literal('AWS::Lambda::Permission'),
        Properties: v.strictObject({
          Action: v.literal('lambda:InvokeFunction'),
          FunctionName: v.string(),
          Principal: v.literal('*'),
          InvokedViaFunctionUrl: v.literal(true),
        }),
      }),
    ),
    v.check((resources) => Object.keys(resources).length === 1),
  ),
});

function permissionInStack(block: Block): PermissionSpec {
  const { address } = block;
  const { success, output } = v.safeParse(UrlPermissionTemplate, block.json('template_body'));
  const [resource] = success ? Object.values(output.Resources) : [];
  if (!resource)
    throw new TerraformError(
      `${address}.template_body: the local cloud runs no CloudFormation. It knows only a template in JSON with one AWS::Lambda::Permission ` +
        'that has Action lambda:InvokeFunction, FunctionName, Principal "*" and InvokedViaFunctionUrl true',
    );
  const { FunctionName, Principal } = resource.Properties;
  return { address, functionName: functionNameOf(FunctionName), principal: Principal, url: 'InvokedViaFunctionUrl' };
}

/** Lambda accepts the name or the ARN of a function. */
const functionNameOf = (nameOrArn: string): string => nameOrArn.replace(/^arn:[^:]*:lambda:[^:]*:[^:]*:function:/, '');
