import type { ServerResponse } from 'node:http';
import type { EdgeResponse } from './edge-response';

/**
 * Sends a response. Its length is the real length of the body, not the one that the function gave. If the visitor has gone
 * meanwhile, the response is lost without an error; the function ran to its end, as on AWS.
 */
export function writeResponse(response: ServerResponse, edge: EdgeResponse, requestId: string): void {
  const { status, headers, body } = edge;
  const bodiless = response.req.method === 'HEAD' || status === 304;
  const length = bodiless ? (edge.announcedBytes ?? (body.length || undefined)) : body.length;
  const fields = [...headers, ['apigw-requestid', requestId] as const];
  if (length !== undefined && status !== 204) fields.push(['content-length', String(length)]);
  response.writeHead(status, fields.flat());
  response.end(bodiless || status === 204 ? undefined : body);
}
