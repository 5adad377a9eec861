import { environments } from '../../environments';
import { environmentNames, stackOf, type Attributes } from '../support/infra-stack';

describe.each(environmentNames)('the bucket of bodies in %s', (name) => {
  const stack = stackOf(name);
  const { accountId, region, deletionProtection } = environments[name];
  const part = (type: string, id: string): Attributes => stack.resource(`aws_s3_bucket_${type}.bodies-${id}`);

  it('has a name that nobody else in AWS has, and that S3 takes', () => {
    const { bucket } = stack.resource('aws_s3_bucket.bodies');
    expect(bucket).toBe(`http-tunnel-${name}-bodies-${accountId}-${region}`);
    expect(String(bucket)).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
  });

  it('forgets after a day what nobody deleted, and keeps no versions of it', () => {
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

  it('can be destroyed with what is in it, unless the environment is protected', () => {
    expect(stack.resource('aws_s3_bucket.bodies')).toMatchObject({
      force_destroy: !deletionProtection,
      lifecycle: { prevent_destroy: deletionProtection },
    });
  });

  it('lets no ACL say anything, and nobody in without TLS', () => {
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
