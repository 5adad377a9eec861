import { resourceRule, unless } from '../rule';

export const lambdaTracing = resourceRule({
  id: 'lambda-tracing',
  publicIds: ['CKV_AWS_50'],
  sentence: 'A function sends X-Ray segments: otherwise a slow request cannot be followed through the answer path.',
  remedy: 'Set tracing to true in the environment (tracing_config.mode = "Active").',
  types: ['aws_lambda_function'],
  check: (lambda, { expectations }) =>
    unless(
      !expectations.tracing || lambda.optionalText('tracing_config.mode') === 'Active',
      `tracing_config.mode is ${lambda.optionalText('tracing_config.mode') ?? 'not set'}`,
    ),
});
