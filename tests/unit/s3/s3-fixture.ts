import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { createHash } from 'node:crypto';
import { AwsEndpoint } from '../../../emulator/aws-endpoint/aws-endpoint';
import { chain } from '../../../emulator/aws-endpoint/call-recorder';
import type { AwsCall, ExecutionEnvironment, Interceptor, Principal } from '../../../emulator/services';
import { LocalBuckets } from '../../../emulator/s3/local-buckets';
import type { S3Options } from '../../../emulator/s3/s3-service';
import type { BucketSpec } from '../../../emulator/specs';
import { clientSettings, FORWARD_REQUEST, REGION, SWEEP } from '../../support/dynamodb-endpoint';

export const BUCKET = 'http-tunnel-local-bodies';
export const BUCKET_ARN = `arn:aws:s3:::${BUCKET}`;

const SPEC: BucketSpec = {
  address: 'aws_s3_bucket.bodies',
  name: BUCKET,
  arn: BUCKET_ARN,
  expirations: [{ ruleId: 'forget-bodies', prefix: '', days: 1 }],
};

/** The signer in these tests. Its execution environment is frozen. */
const SIGNER: Principal = { ...FORWARD_REQUEST, environment: { id: 'env-1', frozen: true } as ExecutionEnvironment };

export interface S3Fixture {
  readonly url: string;
  readonly client: S3Client;
  readonly buckets: LocalBuckets;
  /** Calls that reached the bucket, with their callers. */
  readonly calls: AwsCall[];
  readonly warnings: string[];
  /** The clock of the bucket and the signature check. SDKs sign by the real clock: set this clock to the real time or later. */
  readonly clock: { now: number };
  close(): Promise<void>;
}

export interface S3FixtureOptions extends S3Options {
  readonly intercept?: Interceptor;
  /** The role of the signer. */
  readonly roleArn?: string;
}

export async function startS3({ intercept, roleArn = SIGNER.roleArn, ...options }: S3FixtureOptions = {}): Promise<S3Fixture> {
  const clock = { now: Date.now() };
  const calls: AwsCall[] = [];
  const warnings: string[] = [];
  const buckets = new LocalBuckets([SPEC], { clock: () => clock.now, ...options });
  const record: Interceptor = (call, next) => {
    calls.push(call);
    return next();
  };
  const endpoint = new AwsEndpoint({
    principals: { find: (id) => [{ ...SIGNER, roleArn }, SWEEP].find(({ accessKeyId }) => accessKeyId === id) },
    services: { s3: buckets.service },
    intercept: chain(record, intercept),
    region: REGION,
    clock: () => clock.now,
    logger: { warn: (message) => void warnings.push(message) },
  });
  const { url } = await endpoint.listen();
  const client = clientOf(url);
  return {
    url,
    client,
    buckets,
    calls,
    warnings,
    clock,
    async close() {
      client.destroy();
      await endpoint.close();
    },
  };
}

/** A silent logger: SDKs print warnings about errors that tests cause. */
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export const clientOf = (url: string, who = FORWARD_REQUEST): S3Client =>
  new S3Client({ ...clientSettings(url, who), forcePathStyle: true, logger: SILENT });

export const sha256Base64 = (body: Buffer | string): string => createHash('sha256').update(body).digest('base64');

/** A presigned PUT like those that functions make for agents: for exactly this number of bytes with exactly this checksum. */
export function presignPut(client: S3Client, key: string, body: string, expiresIn = 20): Promise<string> {
  const command = new PutObjectCommand({
    Bucket: BUCKET,
    Key: key,
    ContentLength: Buffer.byteLength(body),
    ChecksumSHA256: sha256Base64(body),
  });
  return getSignedUrl(client, command, {
    expiresIn,
    signableHeaders: new Set(['content-length', 'x-amz-checksum-sha256']),
    unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
  });
}

export const presignGet = (client: S3Client, key: string, expiresIn = 20): Promise<string> =>
  getSignedUrl(client, new GetObjectCommand({ Bucket: BUCKET, Key: key }), { expiresIn });

/** The status, and the code and message of an XML error. */
export async function answerOf(response: Response): Promise<{ status: number; code?: string; message?: string }> {
  const text = await response.text();
  const [, code] = /<Code>(.*?)<\/Code>/.exec(text) ?? [];
  const [, message] = /<Message>(.*?)<\/Message>/.exec(text) ?? [];
  return { status: response.status, ...(code && { code }), ...(message && { message }) };
}
