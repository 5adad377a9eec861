import { resourceRule, unless } from '../rule';

export const lambdaConcurrency = resourceRule({
  id: 'lambda-concurrency',
  publicIds: ['CKV_AWS_115'],
  sentence:
    "A function has reserved concurrency, or a written reason to share the account's concurrency: otherwise waiters could use up the concurrency of the functions that release them.",
  remedy: 'Set reservedConcurrency in the environment, or name the function with a reason in policy/expectations.ts.',
  types: ['aws_lambda_function'],
  check: (lambda, { expectations: { unreserved } }) => {
    const reserved = lambda.optionalNumber('reserved_concurrent_executions') ?? -1;
    if (reserved === 0) return ['reserved_concurrent_executions is 0: the function could never run'];
    const leftOut = lambda.name in unreserved || '*' in unreserved;
    return unless(reserved > 0 || leftOut, 'reserved_concurrent_executions is not set, and policy/expectations.ts gives no reason');
  },
});
