/** A response on its way to the visitor. */
export interface EdgeResponse {
  readonly status: number;
  /** In order; a name may come more than once. `content-length`, `date` and `apigw-requestid` are the edge's business. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** For HEAD and 304, which may carry the length of a body that is not there: what the function said it would be. */
  readonly announcedBytes?: number;
}

/** HTTP APIs have no gateway responses of one's own: these bodies are AWS's, always. */
const MESSAGES = {
  400: 'Bad Request',
  404: 'Not Found',
  408: 'Request Timeout',
  413: 'Request Entity Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

export type EdgeStatus = keyof typeof MESSAGES;

export const edgeMessage = (status: EdgeStatus): string => JSON.stringify({ message: MESSAGES[status] });

/** An answer of API Gateway's own. */
export const edgeResponse = (status: EdgeStatus): EdgeResponse => ({
  status,
  // Who sends what is no HTTP may mean the rest of his bytes differently too.
  headers: [['content-type', 'application/json'], ...(status === 400 ? [['connection', 'close'] as const] : [])],
  body: Buffer.from(edgeMessage(status)),
});
