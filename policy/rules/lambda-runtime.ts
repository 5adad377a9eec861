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
  sentence: 'A function runs on a runtime that AWS still patches: a deprecated one can soon be neither created nor updated.',
  remedy: "Move runtime in modules/tunnel-function.ts (and the bundle's target) to a supported one; add new ones to this rule.",
  types: ['aws_lambda_function'],
  check: (lambda, { today }) => {
    const runtime = lambda.text('runtime');
    if (runtime === undefined) return lambda.text('package_type') === 'Image' ? [] : ['runtime is not set'];
    const end = END_OF_SUPPORT[runtime];
    if (end === undefined) return [`the end of support of ${runtime} is not known to this rule`];
    return today.getTime() > Date.parse(end) ? [`${runtime} is out of support since ${end}`] : [];
  },
});
