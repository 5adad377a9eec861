import fs from 'node:fs';
import path from 'node:path';
import { environments } from '../../environments';
import { TerraformError } from '../../scripts/terraform-command';
import { testStack, type StackTest } from '../../scripts/terraform-test';
import { atMost, STACKS_AT_ONCE } from '../../scripts/terraform-workspace';
import { environmentNames, prodWithDomain, synthesizeInto } from '../support/infra-stack';
import { describeTerraform, TERRAFORM_TIMEOUT_MS } from '../support/terraform';

const { directory, remove, stacks } = synthesizeInto({ ...environments });
const domain = synthesizeInto({ prod: prodWithDomain });
const removeAll = (): void => {
  remove();
  domain.remove();
};

const testFiles = (...names: string[]): string[] =>
  names.map((name) => path.join(__dirname, `terraform/${name}.tftest.hcl`));

const applications = [
  ...environmentNames
    .filter((name) => name !== 'prod')
    .map((name) => ({
      title: name,
      stackDirectory: directory(name),
      testFiles: testFiles('tunnel'),
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
] satisfies (StackTest & { title: string })[];

describeTerraform('terraform, applying to a mock of AWS,', stacks[0]?.file ?? '', removeAll, (provider) => {
  const outcomes = new Map<string, number | Error>();

  const outcomeOf = (test: StackTest): Promise<number | Error> =>
    testStack(provider, test).catch((error: unknown) => error as Error);

  beforeAll(async () => {
    await atMost(STACKS_AT_ONCE, applications, async (application) =>
      outcomes.set(application.title, await outcomeOf(application)),
    );
  }, TERRAFORM_TIMEOUT_MS);

  it.each(applications)('finds in $title what its test files assert', ({ title, testFiles: files }) => {
    expect(outcomes.get(title)).toBe(files.length);
  });

  it('does not get rid of what prod protects', async () => {
    const outcome = await outcomeOf({
      stackDirectory: directory('prod'),
      testFiles: testFiles('prod'),
      protect: true,
    });
    expect(outcome).toBeInstanceOf(TerraformError);
    const { message } = outcome as TerraformError;
    expect(message).toMatch(/aws_dynamodb_table\.tunnels has\s+lifecycle\.prevent_destroy/);
    expect(message).toMatch(/aws_dynamodb_table\.pending-requests has\s+lifecycle\.prevent_destroy/);
  });

  it('is told by an assertion that something leads elsewhere', async () => {
    const file = path.join(directory('dev'), 'cdk.tf.json');
    const stack = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(
      file,
      stack.replace(
        '"function_name": "${aws_lambda_function.process-stream.arn}"',
        '"function_name": "${aws_lambda_function.sweep.arn}"',
      ),
    );
    const outcome = await outcomeOf({ stackDirectory: directory('dev'), testFiles: testFiles('tunnel') });
    fs.writeFileSync(file, stack);
    expect(outcome).toBeInstanceOf(TerraformError);
    expect((outcome as TerraformError).message).toContain(
      'The stream of pending requests must be read by process-stream.',
    );
  });
});
