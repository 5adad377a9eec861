/** Resource types that hold state which a new resource would not have, with what is lost. */
export const STATEFUL_TYPES: Readonly<Record<string, string>> = {
  aws_dynamodb_table: 'every row is lost, and its backups end',
  aws_s3_bucket: 'every object is lost',
  aws_sqs_queue: 'every message that waits is lost',
  aws_sns_topic: 'its subscriptions are lost: nobody is notified of alarms',
  aws_kms_key: 'everything that the key encrypted can never be decrypted again',
  aws_ssm_parameter: 'its value and its history are lost',
  aws_secretsmanager_secret: 'its value and its versions are lost',
  aws_cloudwatch_log_group: 'every line that was logged is lost',
  aws_cloudwatch_event_archive: 'every archived event is lost',
  aws_apigatewayv2_api: 'its address is lost: agents and links that use the address stop working',
  aws_apigatewayv2_domain_name: 'its target changes: the domain is unreachable until DNS has the new target',
  aws_acm_certificate: 'the certificate must be validated again',
  aws_route53_zone: 'its name servers change: the domain is unreachable until the registrar has the new ones',
  aws_iam_openid_connect_provider: 'no workflow can assume a role until the provider exists again',
};
