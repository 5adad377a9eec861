/**
 * The AWS JSON 1.0/1.1 protocols: one path, the operation in `X-Amz-Target`, JSON in requests and answers
 * (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html). The SDK clients of DynamoDB, EventBridge, SSM, SQS
 * and CloudWatch use these protocols by default.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { AwsError } from '../services';
import type { AwsReply } from '../services';
import type { AwsRequest } from './aws-request';

export interface JsonService {
  /** Service prefix as in IAM actions. */
  readonly name: string;
  /** Service name in signatures, when it differs from `name`. */
  readonly signingName?: string;
  /** Prefix of the service's own error codes; without it, the codes have no prefix. */
  readonly errorNamespace?: string;
  readonly contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  /** Whether answers carry `x-amz-crc32`, a checksum that some SDKs verify. */
  readonly checksum: boolean;
}

const SERVICES: Readonly<Record<string, JsonService>> = {
  DynamoDB_20120810: {
    name: 'dynamodb',
    errorNamespace: 'com.amazonaws.dynamodb.v20120810',
    contentType: 'application/x-amz-json-1.0',
    checksum: true,
  },
  AWSEvents: { name: 'events', contentType: 'application/x-amz-json-1.1', checksum: false },
  AmazonSSM: { name: 'ssm', contentType: 'application/x-amz-json-1.1', checksum: false },
  GraniteServiceVersion20100801: {
    name: 'cloudwatch',
    signingName: 'monitoring',
    errorNamespace: 'com.amazonaws.cloudwatch.v2010_08_01',
    contentType: 'application/x-amz-json-1.0',
    checksum: false,
  },
  AmazonSQS: {
    name: 'sqs',
    errorNamespace: 'com.amazonaws.sqs',
    contentType: 'application/x-amz-json-1.0',
    checksum: false,
  },
};

/** Errors that AWS's common front end raises for every service. */
const COMMON_NAMESPACE = 'com.amazon.coral.service';
const COMMON_ERRORS = new Set([
  'AccessDeniedException',
  'IncompleteSignatureException',
  'InternalFailure',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'RequestEntityTooLargeException',
  'SerializationException',
  'ThrottlingException',
  'UnknownOperationException',
  'UnrecognizedClientException',
]);

interface Target {
  readonly service: JsonService;
  readonly operation: string;
}

/** @returns undefined for a target of none of the services above; `DynamoDB_20120810.GetItem` is a known target */
function parseTarget(target: string | undefined): Target | undefined {
  const [, prefix = '', operation] = /^(\w+)\.(\w+)$/.exec(target ?? '') ?? [];
  const service = Object.hasOwn(SERVICES, prefix) ? SERVICES[prefix] : undefined;
  return service && operation !== undefined ? { service, operation } : undefined;
}

/** @throws AwsError SerializationException when the body is not a JSON object */
function parseInput(body: Buffer): Record<string, unknown> {
  let input: unknown;
  try {
    input = JSON.parse(body.toString('utf8') || '{}');
  } catch (error) {
    throw new AwsError(400, 'SerializationException', `The request is not JSON: ${(error as Error).message}`);
  }
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  throw new AwsError(400, 'SerializationException', 'The request must be a JSON object');
}

/** Reads a request whose target may be none of the services above. */
export function jsonRequest({ method = '', url = '', headers }: IncomingMessage): AwsRequest {
  const target = parseTarget(headers['x-amz-target'] as string | undefined);
  const { service } = target ?? {};
  return {
    service: service?.name,
    operation: target?.operation ?? '',
    readCall: (body, verify) => {
      const signingName = service?.signingName ?? service?.name ?? '';
      const { principal } = verify({ method, url, headers, body }, { service: signingName });
      return { caller: principal, input: parseInput(body) };
    },
    errorReply: (error) => errorReply(error, service),
    replyHeaders: (reply) => replyHeaders(reply, service),
  };
}

/** `{"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "…"}` */
function errorReply({ status, code, message }: AwsError, service: JsonService | undefined): AwsReply {
  const namespace = COMMON_ERRORS.has(code) ? COMMON_NAMESPACE : service?.errorNamespace;
  return { status, body: JSON.stringify({ __type: namespace ? `${namespace}#${code}` : code, message }) };
}

function replyHeaders({ headers, body }: AwsReply, service: JsonService | undefined): Record<string, string> {
  return {
    'content-type': service?.contentType ?? 'application/x-amz-json-1.1',
    'content-length': String(Buffer.byteLength(body)),
    'x-amzn-requestid': randomUUID(),
    ...(service?.checksum && { 'x-amz-crc32': String(crc32(body)) }),
    ...headers,
  };
}
