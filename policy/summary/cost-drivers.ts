/** What AWS bills for a resource type, and which settings change the bill. */
export interface CostDriver {
  readonly billedBy: string;
  /** The page that documents the price. */
  readonly source: string;
  /** Paths of settings that change the bill. */
  readonly settings?: readonly string[];
}

/** By resource type; other types cost nothing by themselves. Prices are from us-east-1, October 2026: check them before use. */
export const COST_DRIVERS: Readonly<Record<string, CostDriver>> = {
  aws_apigatewayv2_api: {
    billedBy: 'HTTP: $1.00 a million requests; WebSocket: $1.00 a million messages of 32 KB and $0.25 a million connection minutes',
    source: 'https://aws.amazon.com/api-gateway/pricing/',
  },
  aws_lambda_function: {
    billedBy: '$0.20 a million invocations and $0.0000133334 a GB-second (arm64); most of the time is spent waiting for answers',
    source: 'https://aws.amazon.com/lambda/pricing/',
    settings: ['memory_size', 'timeout', 'reserved_concurrent_executions', 'architectures', 'ephemeral_storage'],
  },
  aws_dynamodb_table: {
    billedBy:
      '$0.625 a million writes of 1 KB, $0.125 a million reads of 4 KB, $0.25 a GB-month; recovery is billed by GB-month in addition',
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    settings: ['billing_mode', 'point_in_time_recovery', 'stream_enabled', 'table_class', 'global_secondary_index', 'replica'],
  },
  aws_cloudwatch_log_group: {
    billedBy: '$0.50 for each GB that is written, and storage by GB-month',
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
    settings: ['retention_in_days', 'log_group_class'],
  },
  aws_cloudwatch_metric_alarm: {
    billedBy: '$0.10 a month for each metric that the alarm reads, $0.30 if its period is below a minute',
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
    settings: ['period', 'metric_query'],
  },
  aws_cloudwatch_composite_alarm: {
    billedBy: '$0.50 a month',
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
  aws_cloudwatch_dashboard: {
    billedBy: '$3.00 a month beyond the first three of the account',
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
  aws_cloudwatch_event_bus: {
    billedBy: '$1.00 a million events of 64 KB',
    source: 'https://aws.amazon.com/eventbridge/pricing/',
  },
  aws_cloudwatch_event_archive: {
    billedBy: 'each GB that is archived, and storage by GB-month',
    source: 'https://aws.amazon.com/eventbridge/pricing/',
  },
  aws_sqs_queue: {
    billedBy: '$0.40 a million requests; a failure queue costs nothing as long as nothing fails',
    source: 'https://aws.amazon.com/sqs/pricing/',
  },
  aws_sns_topic: {
    billedBy: '$0.50 a million notifications, and their delivery',
    source: 'https://aws.amazon.com/sns/pricing/',
  },
  aws_kms_key: {
    billedBy: '$1.00 a month, and $0.03 for 10,000 uses',
    source: 'https://aws.amazon.com/kms/pricing/',
    settings: ['enable_key_rotation', 'multi_region'],
  },
  aws_s3_bucket: {
    billedBy: '$0.023 a GB-month, and a price for each request ($0.005 for 1,000 writes)',
    source: 'https://aws.amazon.com/s3/pricing/',
  },
  aws_ssm_parameter: {
    billedBy: 'nothing in the standard tier, $0.05 a month in the advanced tier',
    source: 'https://aws.amazon.com/systems-manager/pricing/',
    settings: ['tier'],
  },
  aws_route53_zone: {
    billedBy: '$0.50 a month, and a price for each query',
    source: 'https://aws.amazon.com/route53/pricing/',
  },
};
