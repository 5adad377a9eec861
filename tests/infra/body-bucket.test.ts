import { environments } from '../../environments';
import { environmentNames, stackOf, type Attributes } from '../support/infra-stack';

describe.each(environmentNames)('the body bucket of %s', (name) => {
  const stack = stackOf(name);
  const { accountId, region, deletionProtection } = environments[name];
  const part = (type: string, id: string): Attributes => stack.resource(`aws_s3_bucket_${type}.bodies-${id}`);

  it('has a name that is unique in AWS and valid for S3', () => {
    const { bucket } = stack.resource('aws_s3_bucket.bodies');
    expect(bucket).toBe(`http-tunnel-${name}-bodies-${accountId}-${region}`);
    expect(String(bucket)).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
  });

  it('deletes objects after one day, and keeps no versions', () => {
    expect(part('lifecycle_configuration', 'lifecycle')['rule']).toEqual([
      {
        id: 'forget-bodies',
        status: 'Enabled',
        filter: [{}],
        expiration: [{ days: 1 }],
        abort_incomplete_multipart_upload: [{ days_after_initiation: 1 }],
      },
    ]);
    expect(stack.resources('aws_s3_bucket_versioning')).toEqual([]);
  });

  it('can be destroyed with its objects, unless the environment is protected', () => {
    expect(stack.resource('aws_s3_bucket.bodies')).toMatchObject({
      force_destroy: !deletionProtection,
      lifecycle: { prevent_destroy: deletionProtection },
    });
  });

  it('ignores ACLs, and denies requests without TLS', () => {
    expect(part('ownership_controls', 'ownership')['rule']).toEqual({
      object_ownership: 'BucketOwnerEnforced',
    });
    const { Statement } = JSON.parse(part('policy', 'policy')['policy'] as string) as { Statement: unknown };
    const arn = '${aws_s3_bucket.bodies.arn}';
    expect(Statement).toEqual([
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]);
  });
});
