import fs from 'node:fs';
import path from 'node:path';
import { environments } from '../../environments';
import { TerraformCommandError } from '../../scripts/terraform-command';
import { testStack, type StackTest } from '../../scripts/terraform-test';
import { atMost, STACKS_AT_ONCE } from '../../scripts/terraform-workspace';
import { environmentNames, prodWithDomain } from '../support/infra-stack';
import { synthesizeInto } from '../support/stacks-on-disk';
import { describeTerraform, TERRAFORM_TIMEOUT_MS } from '../support/terraform';

const { directory, remove, stacks } = synthesizeInto({ ...environments });
const domain = synthesizeInto({ prod: prodWithDomain });
const leadingElsewhere = synthesizeInto({ dev: environments.dev });
const file = path.join(leadingElsewhere.directory('dev'), 'cdk.tf.json');
const rightly = '"function_name": "${aws_lambda_function.process-stream.arn}"';
fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(rightly, rightly.replace('process-stream', 'sweep')));
const removeAll = (): void => [{ remove }, domain, leadingElsewhere].forEach((one) => one.remove());

const testFiles = (...names: string[]): string[] => names.map((name) => path.join(__dirname, `${name}.tftest.hcl`));

const applications = [
  ...environmentNames
    .filter((name) => name !== 'prod')
    .map((name) => ({
      title: name,
      stackDirectory: directory(name),
      testFiles: environments[name].streamingDoor ? testFiles('tunnel', 'door') : testFiles('tunnel'),
    })),
  { title: 'prod', stackDirectory: directory('prod'), testFiles: testFiles('tunnel', 'prod') },
  {
    title: 'prod with a domain',
    stackDirectory: domain.directory('prod'),
    testFiles: testFiles('domain'),
  },
  {
    title: 'the account of prod',
    stackDirectory: directory(`bootstrap-${environments.prod.accountId}`),
    testFiles: testFiles('bootstrap'),
  },
];

const protectedProd = {
  title: 'prod, which protects',
  stackDirectory: directory('prod'),
  testFiles: testFiles('prod'),
  protect: true,
};
const misled = {
  title: 'dev, whose stream leads elsewhere',
  stackDirectory: leadingElsewhere.directory('dev'),
  testFiles: testFiles('tunnel'),
};
const tests: readonly (StackTest & { title: string })[] = [...applications, protectedProd, misled];

describeTerraform('Terraform, when it applies the stacks to a mock of AWS,', stacks[0]?.file ?? '', removeAll, (provider) => {
  const outcomes = new Map<string, number | Error>();

  beforeAll(async () => {
    await atMost(STACKS_AT_ONCE, tests, async (test) => {
      const outcome = testStack(provider, test).catch((error: unknown) => error as Error);
      outcomes.set(test.title, await outcome);
    });
  }, TERRAFORM_TIMEOUT_MS);

  const failureOf = ({ title }: { title: string }): string => {
    const outcome = outcomes.get(title);
    expect(outcome).toBeInstanceOf(TerraformCommandError);
    return (outcome as TerraformCommandError).message;
  };

  it.each(applications)('passes the assertions of the test files for $title', ({ title, testFiles: files }) => {
    expect(outcomes.get(title)).toBe(files.length);
  });

  it('refuses to destroy the protected tables of prod', () => {
    const message = failureOf(protectedProd);
    expect(message).toMatch(/aws_dynamodb_table\.tunnels has\s+lifecycle\.prevent_destroy/);
    expect(message).toMatch(/aws_dynamodb_table\.pending-requests has\s+lifecycle\.prevent_destroy/);
  });

  it('reports by an assertion that the stream of pending requests goes to another function', () => {
    expect(failureOf(misled)).toContain('The stream of pending requests must be read by process-stream.');
  });
});
