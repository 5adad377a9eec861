import { IamOpenidConnectProvider } from '@cdktf/provider-aws/lib/iam-openid-connect-provider';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import type { Environment } from '../environments';
import { ciRoleName } from './ci-role-name';
import { deployRolePolicy, planRolePolicy } from './ci-role-policies';
import type { Outputs } from './outputs';
import { githubTrustPolicy } from './policy';

/** The issuer of the tokens of GitHub's workflows: https://docs.github.com/en/actions/concepts/security/openid-connect */
const GITHUB_ISSUER = 'token.actions.githubusercontent.com';
/** The audience of these tokens when workflows use them with AWS. */
const AUDIENCE = 'sts.amazonaws.com';

/**
 * The two pipeline roles of each environment. They need no stored secret. A pull request may read and plan. Only a job that a
 * GitHub environment (with its approvals) has let through may deploy.
 */
export class CiRoles extends Construct {
  /** Names of outputs → ARNs of the roles. */
  readonly outputs: Outputs;

  constructor(scope: Construct, id: string, environments: readonly Environment[]) {
    super(scope, id);
    const withCi = environments.filter(({ githubRepository }) => githubRepository !== null);
    this.outputs = withCi.length === 0 ? {} : this.addRoles(withCi);
  }

  private addRoles(environments: readonly Environment[]): Outputs {
    const { arn } = new IamOpenidConnectProvider(this, 'github', {
      url: `https://${GITHUB_ISSUER}`,
      clientIdList: [AUDIENCE],
    });
    const roles = environments.flatMap((environment) => {
      const { name, githubRepository } = environment;
      const trust = (job: string): string => githubTrustPolicy(arn, GITHUB_ISSUER, AUDIENCE, `repo:${githubRepository}:${job}`);
      return [
        [
          `plan_role_${name}`,
          this.addRole(name, 'plan', trust('pull_request'), planRolePolicy(environment)),
          `Role in which pull requests plan ${name}`,
        ],
        [
          `deploy_role_${name}`,
          this.addRole(name, 'deploy', trust(`environment:${name}`), deployRolePolicy(environment)),
          `Role in which the pipeline deploys ${name}`,
        ],
      ] as const;
    });
    return Object.fromEntries(roles.map(([output, role, meaning]) => [output, [role, meaning]]));
  }

  /** @returns the role's ARN */
  private addRole(environment: string, job: 'plan' | 'deploy', assumeRolePolicy: string, policy: string): string {
    const id = `${environment}-${job}`;
    const role = new IamRole(this, id, {
      name: ciRoleName(environment, job),
      description: 'Used by the workflows of http-tunnel',
      assumeRolePolicy,
    });
    new IamRolePolicy(this, `${id}-policy`, { name: 'pipeline', role: role.name, policy });
    return role.arn;
  }
}
