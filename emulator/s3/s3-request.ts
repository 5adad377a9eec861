/**
 * S3's REST protocol, path style (https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAPI.html): method, path and query
 * determine the operation; its parameters are in query and header fields.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { joined, queryPairsOf } from '../aws-endpoint/canonical';
import type { AwsRequest } from '../aws-endpoint/aws-request';
import { AwsError } from '../services';
import { errorReply, notImplemented } from './s3-errors';
import { verifyS3 } from './s3-signature';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY_BYTES = 1024;

const OF_OBJECTS: Readonly<Record<string, string>> = { PUT: 'PutObject', GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' };

/** Header fields and the SDKs' names for these parameters. A presigned request may have the header fields in its query. */
const FROM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'ContentType',
  'content-md5': 'ContentMD5',
  'x-amz-checksum-crc32': 'ChecksumCRC32',
  'x-amz-checksum-sha1': 'ChecksumSHA1',
  'x-amz-checksum-sha256': 'ChecksumSHA256',
  'x-amz-checksum-mode': 'ChecksumMode',
};
const FROM_QUERY: Readonly<Record<string, string>> = {
  prefix: 'Prefix',
  'max-keys': 'MaxKeys',
  'start-after': 'StartAfter',
  'continuation-token': 'ContinuationToken',
};

/** Fields that belong to the signature or have no effect. Every other `x-amz-` field has an effect that is not emulated. */
const WITHOUT_MEANING =
  /^x-amz-(algorithm|credential|signature|signedheaders|expires|date|security-token|content-sha256|user-agent|sdk-checksum-algorithm)$/;
/** Other header fields that would change what S3 does. */
const NOT_EMULATED_HEADERS = /^(x-amz-.*|if-.*|range|content-encoding)$/;

/** Whether a request is meant for S3: its signature names S3, or it has no signature and is not a POST. JSON services use POST. */
export function isS3({ method, url = '', headers }: IncomingMessage): boolean {
  const { authorization = '' } = headers;
  const credential = /Credential=([^,\s]*)/.exec(authorization)?.[1] ?? new Map(queryPairsOf(url)).get('X-Amz-Credential');
  return credential === undefined ? method !== 'POST' : credential.split('/')[3] === 's3';
}

export function s3Request({ method = '', url = '', headers }: IncomingMessage): AwsRequest {
  const path = url.split('?', 1)[0] ?? '';
  const ofObject = /^\/[^/]+\/./.test(path);
  const operation = ofObject ? OF_OBJECTS[method] : method === 'GET' && path !== '/' ? 'ListObjectsV2' : undefined;
  return {
    service: 's3',
    operation: operation ?? `${method} ${path}`,
    readCall: (body, verify) => {
      const caller = verifyS3({ method, url, headers, body }, verify);
      if (operation === undefined) throw notImplemented(`${method} ${path}`);
      const { parameters, isList } = parametersOf(url, headers);
      if (isList !== (operation === 'ListObjectsV2')) throw notImplemented(`${method} ${path} with this query`);
      if (operation === 'PutObject' && headers['content-length'] === undefined)
        throw new AwsError(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
      return { caller, input: { ...place(path), ...parameters, bytes: body.length }, body };
    },
    errorReply: (error) => errorReply(error, path),
    replyHeaders: ({ status, headers: own, body }) => ({
      'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase(),
      'x-amz-id-2': randomBytes(48).toString('base64'),
      server: 'AmazonS3',
      ...(status !== 204 && { 'content-length': String(Buffer.byteLength(body)) }),
      ...own,
    }),
  };
}

function place(path: string): { Bucket: string; Key?: string } {
  try {
    const [, Bucket = '', Key] = path.split(/^\/([^/]+)\/?/).map(decodeURIComponent);
    if (Buffer.byteLength(Key ?? '') > MAX_KEY_BYTES) throw new AwsError(400, 'KeyTooLongError', 'Your key is too long');
    return { Bucket, ...(Key && { Key }) };
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw new AwsError(400, 'InvalidURI', "Couldn't parse the specified URI.");
  }
}

/** @throws AwsError NotImplemented for fields that have an effect which is not emulated */
function parametersOf(url: string, headers: IncomingMessage['headers']): { parameters: Record<string, string>; isList: boolean } {
  const parameters: Record<string, string> = {};
  let isList = false;
  const takeHeader = (name: string, value: string | undefined): void => {
    const parameter = FROM_HEADERS[name];
    if (parameter !== undefined && value !== undefined) parameters[parameter] = value;
    else if (!WITHOUT_MEANING.test(name) && NOT_EMULATED_HEADERS.test(name)) throw notImplemented(`The header field ${name}`);
  };
  for (const [name, value] of Object.entries(headers)) takeHeader(name, joined(value));
  for (const [name, value] of queryPairsOf(url)) {
    const parameter = FROM_QUERY[name];
    if (parameter !== undefined) parameters[parameter] = value;
    else if (/^x-amz-/i.test(name)) takeHeader(name.toLowerCase(), value);
    else if (name === 'list-type' && value === '2') isList = true;
    else if (name !== 'x-id') throw notImplemented(`The query parameter ${name}`);
  }
  return { parameters, isList };
}
