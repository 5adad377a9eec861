import { resourceRule, unless } from '../rule';

export const lambdaConcurrency = resourceRule({
  id: 'lambda-concurrency',
  publicIds: ['CKV_AWS_115'],
  sentence:
    "A function has reserved concurrency, or a written reason to share the account's: waiters that take all of it would hold what releases them.",
  remedy: 'Set reservedConcurrency in the environment, or name the function with a reason in policy/expectations.ts.',
  types: ['aws_lambda_function'],
  check: (lambda, { expectations: { unreserved } }) => {
    const reserved = lambda.number('reserved_concurrent_executions') ?? -1;
    if (reserved === 0) return ['reserved_concurrent_executions is 0: it could never run'];
    const leftOut = lambda.name in unreserved || '*' in unreserved;
    return unless(reserved > 0 || leftOut, 'reserved_concurrent_executions is not set, and no reason for that is written');
  },
});
