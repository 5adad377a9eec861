import type { PermissionSpec } from '../specs';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';

export function readPermissions(reader: ResourceReader): PermissionSpec[] {
  return reader.all('aws_lambda_permission').map((block) => {
    const action = block.text('action');
    if (action !== 'lambda:InvokeFunction') {
      throw new TerraformError(`${block.address} permits ${action}: the local cloud supports only lambda:InvokeFunction`);
    }
    const sourceArn = block.optionalText('source_arn');
    return {
      address: block.address,
      functionName: functionNameOf(block.text('function_name')),
      principal: block.text('principal'),
      ...(sourceArn !== undefined && { sourceArn }),
    };
  });
}

/** Lambda accepts the name or the ARN of a function. */
const functionNameOf = (nameOrArn: string): string => nameOrArn.replace(/^arn:[^:]*:lambda:[^:]*:[^:]*:function:/, '');
