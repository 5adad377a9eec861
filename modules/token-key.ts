import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { TerraformVariable } from 'cdktf';
import { Construct } from 'constructs';
import { tokenKeyParameter } from '../environments/physical-name';
import { allow, type AllowStatement } from './policy';
import type { StackContext } from './stack-context';

/**
 * The HS256 key of agent tokens. The stack reads the key from a variable and writes it through a write-only argument, so neither
 * plan nor state contains the key: https://developer.hashicorp.com/terraform/language/resources/ephemeral/write-only (Terraform
 * 1.11). To change the key, raise `valueWoVersion` as well: Terraform does not store the key, so it cannot see a change.
 */
export class TokenKey extends Construct {
  readonly parameterName: string;
  private readonly arn: string;

  constructor(scope: Construct, id: string, { environment, encryption }: StackContext) {
    super(scope, id);
    const key = new TerraformVariable(this, 'variable', {
      type: 'string',
      description: 'HS256 key of agent tokens: at least 32 random bytes in base64url; set the environment variable TF_VAR_agent_token_key',
      sensitive: true,
      nullable: false,
    });
    key.overrideLogicalId('agent_token_key');
    key.addOverride('ephemeral', true);

    const parameter = new SsmParameter(this, 'Default', {
      name: tokenKeyParameter(environment.name),
      description: 'HS256 key of agent tokens',
      type: 'SecureString',
      valueWo: key.stringValue,
      valueWoVersion: 1,
      ...encryption.ofParameter(),
    });
    this.parameterName = parameter.name;
    this.arn = parameter.arn;
  }

  allowReading(): AllowStatement {
    return allow(['ssm:GetParameter'], this.arn);
  }
}
