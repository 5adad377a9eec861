import { resourceRule } from '../rule';

/** The end of support of each runtime: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html (read in October 2026). */
const END_OF_SUPPORT: Readonly<Record<string, string>> = {
  'nodejs18.x': '2025-09-01',
  'nodejs20.x': '2026-04-30',
  'nodejs22.x': '2027-04-30',
  'nodejs24.x': '2028-04-30',
};

export const lambdaRuntime = resourceRule({
  id: 'lambda-runtime',
  publicIds: ['CKV_AWS_363'],
  sentence:
    'A function runs on a runtime that AWS still patches: functions with a deprecated runtime can soon be neither created nor updated.',
  remedy: "Set a supported runtime in modules/tunnel-function.ts (and as the bundle's target); add a new runtime to this rule.",
  types: ['aws_lambda_function'],
  check: (lambda, { today }) => {
    const runtime = lambda.optionalText('runtime');
    if (runtime === undefined) return lambda.optionalText('package_type') === 'Image' ? [] : ['runtime is not set'];
    const end = END_OF_SUPPORT[runtime];
    if (end === undefined) return [`the end of support of ${runtime} is not known to this rule`];
    return today.getTime() > Date.parse(end) ? [`${runtime} has been out of support since ${end}`] : [];
  },
});
