import { environments, type Environment } from '../../environments';
import { RESERVED_NAMES } from '../../environments/physical-name';
import { accountsOf } from '../../modules/accounts';
import { awsEnvironmentNames, bootstrapOf, environmentNames, synthesizeBootstrap } from '../support/infra-stack';
import { expectedBootstrapAddresses } from '../../modules/addresses';

const stack = bootstrapOf('prod');

interface Trust {
  readonly Statement: readonly [{ readonly Condition: unknown }];
}

describe('the bootstrap stack of an account', () => {
  it.each(awsEnvironmentNames)('is the same for %s as for prod, except names, numbers and policies', (name) => {
    const { accountId } = environments[name];
    const asProd = bootstrapOf(name)
      .text.replaceAll(accountId, environments.prod.accountId)
      .replaceAll(new RegExp(`(?<![a-z])${name}(?![a-z])`, 'g'), 'prod');
    // The rights of a pipeline depend on the resources of its environment.
    const withoutPolicies = (text: string): string => text.replaceAll(/"policy": "\{.*/g, '');
    expect(withoutPolicies(asProd)).toBe(withoutPolicies(stack.text));
  });

  it('creates the protected bucket in which its own state and the state of the environments are kept', () => {
    const { accountId, region } = environments.prod;
    expect(stack.json.terraform.backend).toEqual({
      s3: {
        bucket: `http-tunnel-terraform-${accountId}`,
        key: 'bootstrap/terraform.tfstate',
        region,
        use_lockfile: true,
      },
    });
    expect(stack.resource('aws_s3_bucket.state')).toEqual({
      bucket: `http-tunnel-terraform-${accountId}`,
      lifecycle: { prevent_destroy: true },
    });
  });

  it('keeps old versions of the state for 90 days, encrypted', () => {
    expect(stack.resource('aws_s3_bucket_lifecycle_configuration.state-lifecycle')['rule']).toEqual([
      expect.objectContaining({
        status: 'Enabled',
        noncurrent_version_expiration: [{ noncurrent_days: 90 }],
      }),
    ]);
    const { rule } = stack.resource('aws_s3_bucket_server_side_encryption_configuration.state-encryption');
    expect(rule).toEqual([{ apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms' }, bucket_key_enabled: true }]);
  });

  it('attaches the logging policy to a role before API Gateway gets the role', () => {
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
  ])('lets only one kind of job of one repository assume the role to %s', (role, subject) => {
    const { assume_role_policy } = stack.resource(`aws_iam_role.ci-prod-${role}`);
    const [{ Condition }] = (JSON.parse(assume_role_policy as string) as Trust).Statement;
    expect(Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': subject,
      },
    });
  });

  it('names its roles only in ways that no environment can be named', () => {
    const beginnings = Object.keys(RESERVED_NAMES).map((name) => `http-tunnel-${name}-`);
    const names = stack.resources('aws_iam_role').map(([, { name }]) => String(name));
    expect(names).toHaveLength(3);
    expect(names.filter((name) => !beginnings.some((beginning) => name.startsWith(beginning)))).toEqual([]);
  });

  it('has no roles for GitHub when no repository is configured', () => {
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

  it('share its state bucket and its trust in GitHub, and have roles of their own', () => {
    const shared = synthesizeBootstrap(dev, inPlace({ bucket: 'http-tunnel-terraform-111122223333' }));
    expect(shared.addresses).toEqual(Object.keys(expectedBootstrapAddresses('dev', 'staging')).sort());
  });

  it('are refused when their state buckets differ, with the name, the settings and the remedy', () => {
    expect(() => accountsOf([dev, neighbour])).toThrow(
      'environment "staging": region and backend.bucket must have the values of "dev", because both environments are in account ' +
        '111122223333; correct environments/staging.ts',
    );
  });

  it.each([
    ['dev/terraform.tfstate', 'state of "dev"'],
    ['bootstrap/terraform.tfstate', "state of the account's own stack"],
  ])('are refused when one would overwrite the state of another stack: %s', (key, owner) => {
    expect(() => accountsOf([dev, inPlace({ bucket: 'http-tunnel-terraform-111122223333', key })])).toThrow(
      `environment "staging": backend.key must not be "${key}", because that object is the ${owner} in the same bucket; ` +
        'correct environments/staging.ts',
    );
  });

  it('do not include an environment whose state is a local file', () => {
    const all = environmentNames.map((name) => environments[name]);
    expect(accountsOf(all).flatMap(({ environments: own }) => own.map(({ name }) => name))).toEqual(awsEnvironmentNames);
  });
});
