import { resourceRule, unless } from '../rule';
import { deniesPlainHttp, statementsAt } from '../terraform/policy-document';
import { ofType } from '../terraform/terraform-model';

export const bucketTlsOnly = resourceRule({
  id: 'bucket-tls-only',
  publicIds: ['CKV_AWS_379'],
  sentence: 'A bucket refuses calls without TLS, so that nobody can read an object in transit.',
  remedy: "In the bucket's policy, deny s3:* to everybody if aws:SecureTransport is false.",
  types: ['aws_s3_bucket'],
  check: (bucket, { model }) => {
    const policies = ofType(model, 'aws_s3_bucket_policy').filter((policy) => bucket.isMeantBy(policy.optionalText('bucket')));
    const statements = policies.flatMap((policy) => statementsAt(policy, 'policy'));
    return unless(deniesPlainHttp(statements, 's3:*'), 'no policy denies calls without TLS');
  },
});
