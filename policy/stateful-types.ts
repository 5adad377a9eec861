/** Resource types that hold state which a new resource would not have, with what is lost. */
export const STATEFUL_TYPES: Readonly<Record<string, string>> = {
  aws_dynamodb_table: 'every row is lost, and its backups end',
  aws_s3_bucket: 'every object is lost',
  aws_sqs_queue: 'every message that waits is lost',
  aws_sns_topic: 'its subscriptions are lost: nobody is told of alarms',
  aws_kms_key: 'everything encrypted under it can never be read again',
  aws_ssm_parameter: 'its value is lost, and its history',
  aws_secretsmanager_secret: 'its value is lost, and its versions',
  aws_cloudwatch_log_group: 'every line that was logged is lost',
  aws_cloudwatch_event_archive: 'every archived event is lost',
  aws_apigatewayv2_api: 'its address is lost: every agent and link that uses it breaks',
  aws_apigatewayv2_domain_name: 'its target changes: the domain is away until DNS has followed',
  aws_acm_certificate: 'it has to be validated anew',
  aws_route53_zone: 'its name servers change: the domain is away until the registrar has followed',
  aws_iam_openid_connect_provider: 'no workflow can take on a role until it is back',
};
