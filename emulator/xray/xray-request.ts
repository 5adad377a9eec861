import type { IncomingMessage } from 'node:http';
import type { AwsRequest } from '../aws-endpoint/aws-request';
import { AwsError } from '../services';

/** X-Ray's REST paths (https://docs.aws.amazon.com/xray/latest/api/API_Operations.html) that the local cloud knows. */
const OPERATIONS: Readonly<Record<string, string>> = { '/TraceSummaries': 'GetTraceSummaries', '/Traces': 'BatchGetTraces' };

/** Whether a request is signed for X-Ray, whose protocol has no `X-Amz-Target`. */
export const isXray = ({ headers: { authorization = '' } }: IncomingMessage): boolean =>
  /Credential=[^/,\s]+\/\d+\/[^/]+\/xray\//.test(authorization);

export function xrayRequest({ method = '', url = '', headers }: IncomingMessage): AwsRequest {
  return {
    service: 'xray',
    operation: OPERATIONS[url] ?? `${method} ${url}`,
    readCall: (body, verify) => {
      const { principal } = verify({ method, url, headers, body }, { service: 'xray' });
      return { caller: principal, input: inputIn(body) };
    },
    errorReply: ({ status, code, message }) => ({
      status,
      headers: { 'x-amzn-errortype': code },
      body: JSON.stringify({ Message: message }),
    }),
    replyHeaders: ({ headers: own, body }) => ({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      ...own,
    }),
  };
}

function inputIn(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString() || '{}') as Record<string, unknown>;
  } catch (error) {
    throw new AwsError(400, 'InvalidRequestException', `The request is not JSON: ${(error as Error).message}`);
  }
}
