import { FOREIGN_HOST } from '../../loopback-host';

/** A response on its way to the visitor. */
export interface EdgeResponse {
  readonly status: number;
  /** In order; a name may occur more than once. The edge itself adds `content-length`, `date` and `apigw-requestid`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** The function's `content-length`, for HEAD and 304: their answers may announce the length of a body that is not sent. */
  readonly announcedBytes?: number;
}

/** An HTTP API cannot have custom gateway responses, so these bodies are always AWS's. */
const MESSAGES = {
  400: 'Bad Request',
  404: 'Not Found',
  408: 'Request Timeout',
  413: 'Request Entity Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

/** The answer to a request for another host than this machine. AWS has no such answer: there, names lead to the right API. */
export const foreignHost: EdgeResponse = {
  status: 403,
  headers: [['content-type', 'application/json']],
  body: Buffer.from(JSON.stringify({ message: FOREIGN_HOST })),
};

export type EdgeStatus = keyof typeof MESSAGES;

export const edgeMessage = (status: EdgeStatus): string => JSON.stringify({ message: MESSAGES[status] });

/** An answer of API Gateway itself. */
export const edgeResponse = (status: EdgeStatus): EdgeResponse => ({
  status,
  headers: [['content-type', 'application/json']],
  body: Buffer.from(edgeMessage(status)),
});
