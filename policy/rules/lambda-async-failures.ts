import { ofType, type Resource, type TerraformModel } from '../terraform/terraform-model';
import { resourceRule } from '../rule';

/** Services that invoke a function and do not wait for the result: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html */
const ASYNCHRONOUS_CALLERS = [
  'events.amazonaws.com',
  'scheduler.amazonaws.com',
  's3.amazonaws.com',
  'sns.amazonaws.com',
  'lambda.alarms.cloudwatch.amazonaws.com',
];

export const lambdaAsyncFailures = resourceRule({
  id: 'lambda-async-failures',
  publicIds: ['CKV_AWS_116'],
  sentence:
    'A function that is invoked asynchronously has a destination for failed events and a limit on retries: by default Lambda retries an event for six hours and then drops it.',
  remedy:
    'Give the function an AsyncInvocation with a FailureQueue (aws_lambda_function_event_invoke_config with on_failure, age and retries).',
  types: ['aws_lambda_function'],
  check: (lambda, { model }) => {
    if (!isInvokedAsynchronously(lambda, model)) return [];
    const config = ofType(model, 'aws_lambda_function_event_invoke_config').find((candidate) =>
      lambda.isMeantBy(candidate.optionalText('function_name')),
    );
    const problems: string[] = [];
    const destination = config?.has('destination_config.on_failure.destination');
    if (!destination && !lambda.has('dead_letter_config.target_arn')) problems.push('an event that fails has no destination');
    if (!config?.has('maximum_event_age_in_seconds')) problems.push('maximum_event_age_in_seconds is not set');
    if (!config?.has('maximum_retry_attempts')) problems.push('maximum_retry_attempts is not set');
    return problems;
  },
});

function isInvokedAsynchronously(lambda: Resource, model: TerraformModel): boolean {
  return (
    ofType(model, 'aws_lambda_permission').some(
      (permission) =>
        lambda.isMeantBy(permission.optionalText('function_name')) &&
        ASYNCHRONOUS_CALLERS.includes(permission.optionalText('principal') ?? ''),
    ) || ofType(model, 'aws_lambda_function_event_invoke_config').some((config) => lambda.isMeantBy(config.optionalText('function_name')))
  );
}
