import { CloudformationStack } from '@cdktf/provider-aws/lib/cloudformation-stack';
import { LambdaFunctionUrl } from '@cdktf/provider-aws/lib/lambda-function-url';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { physicalName } from '../environments/physical-name';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';

/**
 * The one template of CloudFormation in this project: everybody may invoke a function, but only through its function URL. Without the
 * condition `InvokedViaFunctionUrl` every AWS account could invoke the function with an event that it made up. policy/rules/
 * cloudformation-stack.ts refuses every other template.
 */
const invocationThroughUrl = (functionName: string): string =>
  JSON.stringify({
    Resources: {
      Invocation: {
        Type: 'AWS::Lambda::Permission',
        Properties: { Action: 'lambda:InvokeFunction', FunctionName: functionName, InvokedViaFunctionUrl: true, Principal: '*' },
      },
    },
  });

/**
 * The second door for visitors: a function URL, through which answers stream. It is open, as the HTTP API is: stream-request itself
 * keeps visitors out of protected tunnels. There is no CORS block, because local services answer preflights themselves.
 *
 * A URL made since October 2025 needs two permissions, `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction` with the condition
 * `lambda:InvokedViaFunctionUrl` (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html). The provider has an argument for the
 * second one only from 6.29 on (https://github.com/hashicorp/terraform-provider-aws/issues/44829). CloudFormation has the property
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html), so a stack with this
 * one resource makes it.
 */
export class StreamingDoor extends Construct {
  /** `https://<id>.lambda-url.<region>.on.aws/`, with the slash at its end. */
  readonly url: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
    private readonly target: TunnelFunction,
  ) {
    super(scope, id);
    const url = new LambdaFunctionUrl(this, 'Default', {
      functionName: target.name,
      authorizationType: 'NONE',
      invokeMode: 'RESPONSE_STREAM',
    });
    this.url = url.functionUrl;
  }

  /**
   * Lets visitors in.
   * @param after what must be up to date before the first visitor comes
   */
  open(after: ITerraformDependable[]): void {
    const functionName = this.target.name;
    // The provider adds a statement of this kind by itself when it creates the URL, but does not keep it in the state. This one is
    // there also if the other was removed (https://github.com/hashicorp/terraform-provider-aws/issues/38260).
    new LambdaPermission(this, 'permission', {
      action: 'lambda:InvokeFunctionUrl',
      functionName,
      principal: '*',
      functionUrlAuthType: 'NONE',
      dependsOn: after,
    });
    new CloudformationStack(this, 'invocation', {
      name: physicalName('stack', this.context.environment.name, 'streaming-door'),
      templateBody: invocationThroughUrl(functionName),
      dependsOn: after,
    });
  }
}
