/**
 * Actions that support no resource ARNs, so AWS accepts only `*`. A test compares this list with AWS's own reference:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const WITHOUT_RESOURCES: readonly string[] = [
  'events:PutPermission',
  'events:RemovePermission',
  'kms:ListAliases',
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
  'ssm:DescribeParameters',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

/**
 * Actions for which that reference lists a resource, but which do not work with less than `*`, and the page that says so. With an ARN
 * CloudWatch creates no composite alarm, and finds none.
 */
export const REFUSED_WHEN_NARROWED: Readonly<Record<string, string>> = {
  'cloudwatch:DescribeAlarms': 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html',
  'cloudwatch:PutCompositeAlarm': 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html',
};

/** Whether a role needs `*` for the action, so that a star is no carelessness. */
export const needsStar = (action: string): boolean => WITHOUT_RESOURCES.includes(action) || action in REFUSED_WHEN_NARROWED;
