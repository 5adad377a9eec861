import { namePrefix } from '../environments/physical-name';
import type { PipelineRights } from './pipeline-rights';

/**
 * Rights to make a streaming door: the function URL, and the CloudFormation stack with the permission that the provider cannot express.
 * The calls are those of the provider (https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/cloudformation/stack.go:
 * events are read when a stack fails; the stack has the environment's tags). A stack without a role of its own acts with the rights of
 * its caller (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html): it adds, reads and removes the
 * permission by `AddPermission`, `GetPolicy` and `RemovePermission`, which the rights on functions contain.
 */
export function streamingDoorRights(environment: string, arn: (service: string, resource: string) => string): readonly PipelineRights[] {
  const prefix = namePrefix(environment);
  return [
    {
      types: ['aws_lambda_function_url'],
      service: 'lambda',
      actions: ['CreateFunctionUrlConfig', 'GetFunctionUrlConfig', 'UpdateFunctionUrlConfig', 'DeleteFunctionUrlConfig'],
      resources: [arn('lambda', `function:${prefix}stream-request`)],
    },
    {
      types: ['aws_cloudformation_stack'],
      service: 'cloudformation',
      actions: [
        'CreateStack',
        'DescribeStacks',
        'DescribeStackEvents',
        'GetTemplate',
        'UpdateStack',
        'DeleteStack',
        'TagResource',
        'UntagResource',
      ],
      // A stack's ARN ends with a generated id.
      resources: [arn('cloudformation', `stack/${prefix}streaming-door/*`)],
    },
  ];
}
