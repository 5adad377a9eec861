import { environments, type Environment } from '../../environments';
import { accountsOf } from '../../modules/accounts';
import { awsEnvironmentNames, bootstrapOf, environmentNames, synthesizeBootstrap } from '../support/infra-stack';
import { expectedBootstrapAddresses } from '../../modules/addresses';

const stack = bootstrapOf('prod');

interface Trust {
  readonly Statement: readonly [{ readonly Condition: unknown }];
}

describe('what an account has once', () => {
  it.each(awsEnvironmentNames)('is the same for %s as for prod, but for names and numbers', (name) => {
    const { accountId } = environments[name];
    const asProd = bootstrapOf(name)
      .text.replaceAll(accountId, environments.prod.accountId)
      .replaceAll(new RegExp(`(?<![a-z])${name}(?![a-z])`, 'g'), 'prod');
    // What a pipeline may do depends on what its environment has.
    const withoutPolicies = (text: string): string => text.replaceAll(/"policy": "\{.*/g, '');
    expect(withoutPolicies(asProd)).toBe(withoutPolicies(stack.text));
  });

  it('comes before the environments, so it holds their state and its own', () => {
    const { accountId, region } = environments.prod;
    expect(stack.json.terraform.backend).toEqual({
      s3: {
        bucket: `http-tunnel-terraform-${accountId}`,
        key: 'bootstrap/terraform.tfstate',
        region,
        encrypt: true,
        use_lockfile: true,
      },
    });
    expect(stack.resource('aws_s3_bucket.state')).toEqual({
      bucket: `http-tunnel-terraform-${accountId}`,
      lifecycle: { prevent_destroy: true },
    });
  });

  it('keeps older states for 90 days, encrypted', () => {
    expect(stack.resource('aws_s3_bucket_lifecycle_configuration.state-lifecycle')['rule']).toEqual([
      expect.objectContaining({
        status: 'Enabled',
        noncurrent_version_expiration: [{ noncurrent_days: 90 }],
      }),
    ]);
    const { rule } = stack.resource('aws_s3_bucket_server_side_encryption_configuration.state-encryption');
    expect(rule).toEqual([{ apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms' }, bucket_key_enabled: true }]);
  });

  it('lets API Gateway write access logs before it is told of the role', () => {
    expect(stack.resource('aws_api_gateway_account.gateway-logging')).toEqual({
      cloudwatch_role_arn: '${aws_iam_role.gateway-logging-role.arn}',
      depends_on: ['aws_iam_role_policy_attachment.gateway-logging-policy'],
    });
    const { assume_role_policy } = stack.resource('aws_iam_role.gateway-logging-role');
    expect(assume_role_policy).toContain('"Service":"apigateway.amazonaws.com"');
  });

  it.each([
    ['plan', 'repo:-owner-/http-tunnel:pull_request'],
    ['deploy', 'repo:-owner-/http-tunnel:environment:prod'],
  ])('lets one kind of job take on the role to %s, of one repository', (role, subject) => {
    const { assume_role_policy } = stack.resource(`aws_iam_role.ci-prod-${role}`);
    const [{ Condition }] = (JSON.parse(assume_role_policy as string) as Trust).Statement;
    expect(Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': subject,
      },
    });
  });

  it('has neither roles nor trust in GitHub where no repository may deploy', () => {
    const manual = synthesizeBootstrap({ ...environments.prod, githubRepository: null });
    expect(manual.addresses.filter((address) => address.includes('ci-'))).toEqual([]);
    expect(manual.text).not.toContain('githubusercontent');
  });
});

describe('environments that share an account', () => {
  const dev: Environment = { ...environments.dev };
  const neighbour: Environment = { ...environments.staging, accountId: dev.accountId };
  const inPlace = (changes: Partial<Environment['backend']>): Environment =>
    ({ ...neighbour, backend: { ...neighbour.backend, ...changes } }) as Environment;

  it('share its bucket and its trust, and have roles of their own', () => {
    const shared = synthesizeBootstrap(dev, inPlace({ bucket: 'http-tunnel-terraform-111122223333' }));
    expect(shared.addresses).toEqual(Object.keys(expectedBootstrapAddresses('dev', 'staging')).sort());
  });

  it('and do not agree on its bucket are refused with the name, the settings and the remedy', () => {
    expect(() => accountsOf([dev, neighbour])).toThrow(
      'environment "staging": region and backend.bucket must be those of "dev", which is in the same account ' +
        '111122223333; put it right in environments/staging.ts',
    );
  });

  it('are none where the state is a local file', () => {
    const all = environmentNames.map((name) => environments[name]);
    expect(accountsOf(all).flatMap(({ environments: own }) => own.map(({ name }) => name))).toEqual(awsEnvironmentNames);
  });
});
