/** IAM policies as JSON text. Resources may be references: they end up as `${...}` within the text. */

export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Allows exactly these actions on exactly these resources. */
export const allow = (actions: readonly string[], ...resources: string[]): Statement => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
});

/** The policy of a role. */
export const policyDocument = (statements: readonly Statement[]): string => document(statements);

/** Lets the Lambda service take on a role. */
export const lambdaTrustPolicy = (): string =>
  document([{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }]);

/**
 * Lets one EventBridge rule put dead letters into a queue: the service sends them itself, without a role
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
 */
export const deadLetterPolicy = (queueArn: string, ruleArn: string): string =>
  document([
    {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: queueArn,
      Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
    },
  ]);

function document(statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
