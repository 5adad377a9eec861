import { FOREIGN_HOST } from '../loopback-host';

export type HeaderFields = readonly (readonly [name: string, value: string])[];

/** A response on its way to the visitor. */
export interface EdgeResponse {
  readonly status: number;
  /** In order; a name may occur more than once. The edge itself adds `content-length`, `date` and the fields of its dialect. */
  readonly headers: HeaderFields;
  readonly body: Buffer;
  /** The function's `content-length`, for HEAD and 304: their answers may announce the length of a body that is not sent. */
  readonly announcedBytes?: number;
}

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

/** How a kind of edge words its own answers. */
export interface EdgeDialect {
  /** Name of the field with the message in the bodies of the edge's own answers. */
  readonly messageField: 'message' | 'Message';
  readonly newRequestId: () => string;
  /** Header fields of every answer, by the id of the request. */
  readonly ownFields: (requestId: string) => HeaderFields;
  /**
   * The path of an event, from the path on the request line.
   * @returns undefined for a path that must get 400
   */
  readonly eventPath: (path: string) => string | undefined;
}

const jsonResponse = (status: number, body: Readonly<Record<string, string>>): EdgeResponse => ({
  status,
  headers: [['content-type', 'application/json']],
  body: Buffer.from(JSON.stringify(body)),
});

/** The answer to a request for another host than this machine. AWS has no such answer: there, names lead to the right API. */
export const foreignHost = ({ messageField }: EdgeDialect): EdgeResponse => jsonResponse(403, { [messageField]: FOREIGN_HOST });

/** An answer of the edge itself. */
export const edgeResponse = (status: EdgeStatus, { messageField }: Pick<EdgeDialect, 'messageField'>): EdgeResponse =>
  jsonResponse(status, { [messageField]: MESSAGES[status] });
