import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { Environment } from '../environments';
import type { FunctionName } from '../functions/settings';
import { FunctionBundle } from './function-bundle';
import { physicalName } from '../environments/physical-name';
import { allow, policyDocument, serviceTrustPolicy, type AllowStatement } from './policy';
import type { StackContext } from './stack-context';

/** The Node on which AWS runs the functions. */
export const RUNTIME = 'nodejs22.x';

export interface TunnelFunctionProps {
  readonly context: StackContext;
  /** Directory of the functions' zips. */
  readonly bundles: string;
  /** The function's environment block. */
  readonly variables: Readonly<Record<string, string>>;
  /** The rights of the function's role, besides writing logs and traces. */
  readonly rights: readonly AllowStatement[];
}

/** A function with its own role, policy and log group. The construct id is the function's name in `functions/`. */
export class TunnelFunction extends Construct {
  /** Its name in `functions/`. */
  readonly id: FunctionName;
  /** Its name in AWS. */
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** The ARN that API Gateway calls. */
  readonly invokeArn: string;
  /** For resources that wait until the function's code is up to date. */
  readonly deployed: ITerraformDependable;

  constructor(scope: Construct, id: FunctionName, props: TunnelFunctionProps) {
    super(scope, id);
    const { environment, encryption } = props.context;
    const functionName = physicalName('function', environment.name, id);
    const bundle = new FunctionBundle(this, 'bundle', props.bundles, id);

    const logs = new CloudwatchLogGroup(this, 'logs', {
      name: `/aws/lambda/${functionName}`,
      retentionInDays: environment.logRetentionDays,
      ...encryption.ofLogs(),
    });
    const role = new IamRole(this, 'role', {
      name: physicalName('role', environment.name, id),
      assumeRolePolicy: serviceTrustPolicy('lambda.amazonaws.com'),
    });
    const policy = new IamRolePolicy(this, 'policy', {
      name: id,
      role: role.name,
      policy: policyDocument([...basicRights(logs, environment), ...props.rights, ...encryption.rightsBeside(props.rights)]),
    });

    const size = environment.functions[id];
    const lambda = new LambdaFunction(this, 'Default', {
      functionName,
      role: role.arn,
      runtime: RUNTIME,
      architectures: ['arm64'],
      handler: 'index.handler',
      filename: bundle.filename,
      sourceCodeHash: bundle.sourceCodeHash,
      memorySize: size.memoryMb,
      timeout: size.timeoutSeconds,
      ...(size.reservedConcurrency !== null && { reservedConcurrentExecutions: size.reservedConcurrency }),
      environment: { variables: props.variables },
      ...encryption.ofFunction(),
      loggingConfig: {
        logFormat: 'JSON',
        applicationLogLevel: environment.logLevel,
        systemLogLevel: environment.logLevel === 'DEBUG' ? 'INFO' : 'WARN',
      },
      tracingConfig: { mode: environment.tracing ? 'Active' : 'PassThrough' },
      // Without its rights the function would fail. Without the log group it would create a log group without retention.
      dependsOn: [policy, logs],
    });
    this.id = id;
    this.name = lambda.functionName;
    this.arn = lambda.arn;
    this.roleArn = role.arn;
    this.invokeArn = lambda.invokeArn;
    this.deployed = lambda;
  }
}

function basicRights(logs: CloudwatchLogGroup, environment: Environment): AllowStatement[] {
  const rights = [allow(['logs:CreateLogStream', 'logs:PutLogEvents'], `${logs.arn}:*`)];
  // X-Ray's write actions support no ARNs: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
  if (environment.tracing) rights.push(allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'));
  return rights;
}
