/** IAM policies as JSON text. Resources may be references, which appear as `${...}` in the text. */

export interface AllowStatement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Allows exactly these actions on exactly these resources. */
export const allow = (actions: readonly string[], ...resources: string[]): AllowStatement => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
});

/** A policy with these statements. */
export const policyDocument = (statements: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** Lets a service, such as `lambda.amazonaws.com`, assume a role. */
export const serviceTrustPolicy = (service: string): string =>
  policyDocument([{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }]);

/**
 * Lets the jobs of a GitHub workflow assume a role.
 * @param subject which jobs: https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims
 */
export const githubTrustPolicy = (providerArn: string, issuer: string, audience: string, subject: string): string =>
  policyDocument([
    {
      Effect: 'Allow',
      Principal: { Federated: providerArn },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: subject } },
    },
  ]);

/**
 * Denies access to a queue, bucket or topic without TLS, even if another statement allows the access.
 * @param action the service's actions; topics support no `*` (https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html)
 */
export const tlsOnly = (action: 'sqs:*' | 's3:*' | 'sns:Publish', ...resources: string[]): object => ({
  Sid: 'TlsOnly',
  Effect: 'Deny',
  Principal: '*',
  Action: action,
  Resource: resources,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

/**
 * Lets one EventBridge rule put dead letters into a queue: the service sends them itself, without a role
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
 */
export const deadLettersOf = (ruleArn: string, queueArn: string): object => ({
  Sid: 'DeadLettersOfOneRule',
  Effect: 'Allow',
  Principal: { Service: 'events.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: queueArn,
  Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
});

/**
 * Lets the alarms whose ARN matches notify a topic:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
export const notifiedByAlarms = (accountId: string, alarmArn: string, topicArn: string): object => ({
  Sid: 'Alarms',
  Effect: 'Allow',
  Principal: { Service: 'cloudwatch.amazonaws.com' },
  Action: 'sns:Publish',
  Resource: topicArn,
  Condition: {
    StringEquals: { 'aws:SourceAccount': accountId },
    ArnLike: { 'aws:SourceArn': alarmArn },
  },
});

/**
 * Denies notifications from every principal of the account except one role, whatever the principal's own policy allows. An AWS
 * service that acts without a role belongs to no account, so this statement does not deny it.
 */
export const notifiedByAlone = (roleArn: string, accountId: string, topicArn: string): object => ({
  Sid: 'OneRole',
  Effect: 'Deny',
  Principal: '*',
  Action: 'sns:Publish',
  Resource: topicArn,
  Condition: {
    StringEquals: { 'aws:PrincipalAccount': accountId },
    ArnNotEquals: { 'aws:PrincipalArn': roleArn },
  },
});

/** Denies events on a bus from every principal except one role. Otherwise any role of the account with `PutEvents` could publish. */
export const publishedByAlone = (roleArn: string, busArn: string): object => ({
  Sid: 'OnePublisher',
  Effect: 'Deny',
  Principal: '*',
  Action: 'events:PutEvents',
  Resource: busArn,
  Condition: { ArnNotEquals: { 'aws:PrincipalArn': roleArn } },
});
