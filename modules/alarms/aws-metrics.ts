/**
 * The metrics of AWS services that alarms and the dashboard read. CloudWatch finds a metric only by its complete dimension set:
 * with a set that the service does not publish, an alarm never gets data, and CloudWatch reports no error.
 */
export interface AwsMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly string[];
  /** The page that documents the metric. */
  readonly source: string;
}

const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html';
const EVENTS = 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html';
const SQS = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html';
const HTTP_API = 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html';
const WEB_SOCKET_API = 'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html';
const DYNAMODB = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html';

const metrics = (namespace: string, dimensions: readonly string[], source: string, ...names: string[]): AwsMetric[] =>
  names.map((name) => ({ namespace, name, dimensions, source }));

export const AWS_METRICS: readonly AwsMetric[] = [
  ...metrics(
    'AWS/Lambda',
    ['FunctionName'],
    LAMBDA,
    'Invocations',
    'Errors',
    'Throttles',
    'Duration',
    'ConcurrentExecutions',
    'AsyncEventsDropped',
    'DestinationDeliveryFailures',
    'IteratorAge',
  ),
  // Metrics of a custom bus have the dimension EventBusName; metrics of the default bus do not.
  ...metrics(
    'AWS/Events',
    ['EventBusName', 'RuleName'],
    EVENTS,
    'Invocations',
    'FailedInvocations',
    'InvocationsSentToDlq',
    'InvocationsFailedToBeSentToDlq',
  ),
  ...metrics('AWS/SQS', ['QueueName'], SQS, 'ApproximateNumberOfMessagesVisible', 'NumberOfMessagesSent'),
  ...metrics('AWS/ApiGateway', ['ApiId'], HTTP_API, 'Count', '4xx', '5xx'),
  ...metrics('AWS/ApiGateway', ['ApiId'], WEB_SOCKET_API, 'ConnectCount', 'MessageCount', 'ClientError'),
  ...metrics('AWS/DynamoDB', ['TableName'], DYNAMODB, 'ConsumedWriteCapacityUnits', 'ConsumedReadCapacityUnits'),
];
