/** Checksums of objects: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from '../services';
import { invalidRequest } from './s3-errors';

export type Algorithm = 'CRC32' | 'SHA1' | 'SHA256';

export interface Checksum {
  readonly algorithm: Algorithm;
  /** In base64. */
  readonly value: string;
}

const COMPUTE: Readonly<Record<Algorithm, (body: Buffer) => Buffer>> = {
  CRC32: (body) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes;
  },
  SHA1: (body) => createHash('sha1').update(body).digest(),
  SHA256: (body) => createHash('sha256').update(body).digest(),
};

/**
 * The checksum of an upload, checked against the body. Without a checksum, S3 computes one itself; the local cloud does not.
 * @throws AwsError BadDigest if the body does not match, InvalidRequest for an invalid checksum or for more than one
 */
export function checkedChecksum(input: Readonly<Record<string, unknown>>, body: Buffer): Checksum | undefined {
  const { ContentMD5: md5 } = input;
  if (typeof md5 === 'string' && md5 !== createHash('md5').update(body).digest('base64'))
    throw new AwsError(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  const given = (Object.keys(COMPUTE) as Algorithm[]).flatMap((algorithm): Checksum[] => {
    const value = input[`Checksum${algorithm}`];
    return typeof value === 'string' ? [{ algorithm, value }] : [];
  });
  const [checksum, another] = given;
  if (another) throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  if (!checksum) return undefined;
  const actual = COMPUTE[checksum.algorithm](body);
  if (Buffer.from(checksum.value, 'base64').length !== actual.length)
    throw invalidRequest(`Value for ${checksumHeader(checksum)} header is invalid.`);
  if (checksum.value !== actual.toString('base64'))
    throw new AwsError(400, 'BadDigest', `The ${checksum.algorithm} you specified did not match the calculated checksum.`);
  return checksum;
}

export const checksumHeader = ({ algorithm }: Checksum): string => `x-amz-checksum-${algorithm.toLowerCase()}`;
