import type { PipelineRights } from './pipeline-rights';

/** API Gateway where it assumes its own role. */
const API_GATEWAY = 'ops.apigateway.amazonaws.com';

/**
 * Rights to give an environment its own domain: certificate, records of one zone, API Gateway's names. Certificates have
 * generated ids, so tags limit these rights. The rights on API Gateway's domain names cover the whole account and region. With the first
 * domain name of an account, API Gateway creates its own role by the rights of the caller.
 * @param tagged gives the condition on the tags of the request (`RequestTag`) or of the existing resource (`ResourceTag`)
 */
export function domainRights(
  { accountId, region, zoneId }: { accountId: string; region: string; zoneId: string },
  tagged: (key: 'RequestTag' | 'ResourceTag') => NonNullable<PipelineRights['condition']>,
): readonly PipelineRights[] {
  const certificates = [`arn:aws:acm:${region}:${accountId}:certificate/*`];
  return [
    {
      types: ['aws_acm_certificate'],
      service: 'acm',
      actions: ['RequestCertificate', 'AddTagsToCertificate'],
      condition: tagged('RequestTag'),
    },
    {
      types: ['aws_acm_certificate', 'aws_acm_certificate_validation'],
      service: 'acm',
      actions: ['DescribeCertificate', 'DeleteCertificate', 'ListTagsForCertificate', 'RemoveTagsFromCertificate'],
      resources: certificates,
      condition: tagged('ResourceTag'),
    },
    {
      types: ['aws_route53_record'],
      service: 'route53',
      actions: ['GetHostedZone', 'ListResourceRecordSets', 'ChangeResourceRecordSets'],
      resources: [`arn:aws:route53:::hostedzone/${zoneId}`],
    },
    {
      // AWS generates an id for each change.
      types: ['aws_route53_record'],
      service: 'route53',
      actions: ['GetChange'],
      resources: ['arn:aws:route53:::change/C*'],
    },
    {
      types: ['aws_apigatewayv2_domain_name', 'aws_apigatewayv2_api_mapping'],
      service: 'apigateway',
      actions: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      resources: ['/domainnames', '/domainnames/*'].map((path) => `arn:aws:apigateway:${region}::${path}`),
    },
    {
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
      types: ['aws_apigatewayv2_domain_name'],
      service: 'iam',
      actions: ['CreateServiceLinkedRole'],
      resources: [`arn:aws:iam::${accountId}:role/aws-service-role/${API_GATEWAY}/AWSServiceRoleForAPIGateway`],
      condition: { StringEquals: { 'iam:AWSServiceName': API_GATEWAY } },
    },
  ];
}
