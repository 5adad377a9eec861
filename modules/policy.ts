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

/** A policy with these statements. */
export const policyDocument = (statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** Lets a service take on a role, `lambda.amazonaws.com`. */
export const serviceTrustPolicy = (service: string): string =>
  policyDocument([{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }]);

/**
 * Lets the jobs of a GitHub workflow take on a role.
 * @param subject which jobs: https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims
 */
export const githubTrustPolicy = (
  providerArn: string,
  issuer: string,
  audience: string,
  subject: string,
): string =>
  policyDocument([
    {
      Effect: 'Allow',
      Principal: { Federated: providerArn },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: subject } },
    },
  ]);

/**
 * Refuses whoever comes to a queue or bucket without TLS, whatever else allows it.
 * @param service whose actions: `sqs`, `s3`
 */
export const tlsOnly = (service: string, ...resources: string[]): object => ({
  Sid: 'TlsOnly',
  Effect: 'Deny',
  Principal: '*',
  Action: `${service}:*`,
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

/** Refuses events on a bus from everybody but one role. Without it every role of the account that may put events could. */
export const publishedByAlone = (roleArn: string, busArn: string): object => ({
  Sid: 'OnePublisher',
  Effect: 'Deny',
  Principal: '*',
  Action: 'events:PutEvents',
  Resource: busArn,
  Condition: { ArnNotEquals: { 'aws:PrincipalArn': roleArn } },
});
