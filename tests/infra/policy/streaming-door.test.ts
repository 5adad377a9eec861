import { checkPolicy } from '../../../policy/check-policy';
import { RULES } from '../../../policy/rules';
import { readSynthesizedStack, type StackJson } from '../../../policy/terraform/read-synthesized-stack';
import { cloudformation, doors, PROPERTIES, refusedStacks, template } from './examples/streaming-door';

function problemsOf(rule: string, stack: StackJson): string[] {
  const rules = RULES.filter(({ id }) => id === rule);
  const { verdicts } = checkPolicy(readSynthesizedStack('example', stack), {
    rules,
    environment: 'dev',
    today: new Date(),
    suppressions: [],
  });
  expect(verdicts.length).toBeGreaterThan(0);
  return verdicts.flatMap(({ problems }) => problems);
}

describe('the rules on the streaming door', () => {
  it.each(['function-url', 'lambda-permission-source', 'cloudformation-stack'])('accept the door as it is: %s', (rule) => {
    expect(problemsOf(rule, doors.holds)).toEqual([]);
  });

  it.each(doors.refused)('refuse by %s %s', (rule, _, stack, problem) => {
    expect(problemsOf(rule, stack)).toEqual([expect.stringContaining(problem)]);
  });

  it.each(refusedStacks)('refuse a CloudFormation stack with %s', (_, stack, problem) => {
    expect(problemsOf('cloudformation-stack', doors.withStack(stack))).toContainEqual(expect.stringContaining(problem));
  });

  it('accept a template whose function is known by its name, as in a plan', () => {
    const stack = cloudformation(template({ ...PROPERTIES, FunctionName: 'http-tunnel-prod-stream-request' }));
    expect(problemsOf('cloudformation-stack', doors.withStack(stack))).toEqual([]);
  });

  it('accept a function URL of another function that requires signed requests', () => {
    const signed = { resource: { aws_lambda_function_url: { it: { function_name: 'sweep', authorization_type: 'AWS_IAM' } } } };
    expect(problemsOf('function-url', signed)).toEqual([]);
  });
});
