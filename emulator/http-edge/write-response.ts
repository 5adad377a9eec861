import type { ServerResponse } from 'node:http';
import type { EdgeResponse, HeaderFields } from './edge-response';

/**
 * Sends a whole response. Its length is the real length of the body, not the one that the function gave. If the visitor has gone
 * meanwhile, the response is lost without an error; the function ran to its end, as on AWS.
 */
export function writeResponse(response: ServerResponse, edge: EdgeResponse, ownFields: HeaderFields): void {
  response.end(writeHead(response, edge, ownFields));
}

/**
 * Sends the last response of a connection.
 * @param close closes the connection, once the response is on its way. Node would close the connection without reading what the visitor
 * still sends, and the visitor could lose the response
 */
export function writeLastResponse(response: ServerResponse, edge: EdgeResponse, ownFields: HeaderFields, close: () => void): void {
  const body = writeHead(response, { ...edge, headers: [...edge.headers, ['connection', 'close']] }, ownFields);
  // An earlier request on this connection has no answer yet: Node sends the answers in order, and closes.
  if (!response.socket) return void response.end(body);
  response.flushHeaders();
  response.write(body ?? '', close);
}

/** @returns the body to send; undefined where the response has none */
function writeHead(
  response: ServerResponse,
  { status, headers, body, announcedBytes }: EdgeResponse,
  ownFields: HeaderFields,
): Buffer | undefined {
  const bodiless = response.req.method === 'HEAD' || status === 304;
  const length = bodiless ? (announcedBytes ?? (body.length || undefined)) : body.length;
  const fields = [...headers, ...ownFields];
  if (length !== undefined && status !== 204) fields.push(['content-length', String(length)]);
  response.writeHead(status, fields.flat());
  return bodiless || status === 204 ? undefined : body;
}
