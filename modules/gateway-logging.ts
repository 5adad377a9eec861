import { ApiGatewayAccount } from '@cdktf/provider-aws/lib/api-gateway-account';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { Construct } from 'constructs';
import { physicalName } from '../environments/physical-name';
import { serviceTrustPolicy } from './policy';

/**
 * AWS's own policy. API Gateway refuses a role with fewer rights:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
const PUSH_TO_LOGS = 'arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs';

/** The role with which WebSocket APIs write access logs. An account has one such setting for each region. */
export class GatewayLogging extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const role = new IamRole(this, 'role', {
      name: physicalName('role', 'account', 'gateway-logs'),
      description: 'API Gateway writes access logs of WebSocket APIs',
      assumeRolePolicy: serviceTrustPolicy('apigateway.amazonaws.com'),
    });
    const policy = new IamRolePolicyAttachment(this, 'policy', { role: role.name, policyArn: PUSH_TO_LOGS });
    // API Gateway checks the role's rights when this setting is written, so the policy must be attached first.
    new ApiGatewayAccount(this, 'Default', { cloudwatchRoleArn: role.arn, dependsOn: [policy] });
  }
}
