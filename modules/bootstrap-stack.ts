import type { Construct } from 'constructs';
import { BOOTSTRAP_STATE, type Account } from './accounts';
import { CiRoles } from './ci-roles';
import { GatewayLogging } from './gateway-logging';
import { NamedStack } from './named-stack';
import { addOutputs } from './outputs';
import { StateBucket } from './state-bucket';
import { configureTerraform } from './terraform-settings';

/**
 * The resources that an account has once and that must exist before an environment is deployed: the state bucket, the roles of
 * the pipeline, and the role that lets WebSocket APIs write access logs. The stack's own state is in the bucket that the stack
 * creates; docs/deploy.md explains the first deployment.
 */
export class BootstrapStack extends NamedStack {
  /** `bootstrap-111122223333` */
  static nameFor(accountId: string): string {
    return `bootstrap-${accountId}`;
  }

  constructor(scope: Construct, account: Account) {
    super(scope, BootstrapStack.nameFor(account.accountId));
    const { accountId, region, stateBucket, environments } = account;
    configureTerraform(this, {
      accountId,
      region,
      backend: { kind: 's3', bucket: stateBucket, key: BOOTSTRAP_STATE, region },
      tags: { ...environments[0]?.tags, environment: 'account' },
    });
    const state = new StateBucket(this, 'state', stateBucket);
    new GatewayLogging(this, 'gateway-logging');
    const roles = new CiRoles(this, 'ci', environments);

    addOutputs(this, {
      state_bucket: [state.name, 'Bucket that holds the Terraform state of every environment in this account'],
      ...roles.outputs,
    });
  }
}
