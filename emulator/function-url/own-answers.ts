/** The answers that a function URL gives itself. */
import { randomUUID } from 'node:crypto';
import type { EdgeDialect, EdgeResponse, HeaderFields } from '../http-edge/edge-response';

export const DIALECT: EdgeDialect = {
  messageField: 'Message',
  newRequestId: randomUUID,
  ownFields: (requestId) => [['x-amzn-requestid', requestId]],
  // As sent: nothing is decoded (middleapi/standard-server#93 has captures).
  eventPath: (path) => path,
};

const json = (status: number, body: string, headers: HeaderFields = []): EdgeResponse => ({
  status,
  headers: [['content-type', 'application/json'], ...headers],
  body: Buffer.from(body),
});

/** The function failed before it had begun its response, or its response is none: AWS sends text, and calls it JSON. */
export const badGateway = json(502, 'Internal Server Error');

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html; the text is in many reports, as in https://github.com/sst/sst/issues/6198 */
export const forbidden = json(
  403,
  JSON.stringify({
    Message:
      'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
  }),
  [['x-amzn-errortype', 'AccessDeniedException']],
);

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html: 429 above the reserved concurrency. The body is that of Invoke. */
export const tooManyRequests = (reason: string): EdgeResponse =>
  json(429, JSON.stringify({ Reason: reason, Type: 'User', message: 'Rate Exceeded.' }), [
    ['x-amzn-errortype', 'TooManyRequestsException'],
  ]);
