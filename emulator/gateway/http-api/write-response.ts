import type { ServerResponse } from 'node:http';
import type { EdgeResponse } from './edge-response';

/**
 * Sends a response with framing of our own: its length is that of the bytes that are there. A visitor who has gone
 * meanwhile is none of the function's business, which ran to its end as on AWS: what is written then goes nowhere.
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
