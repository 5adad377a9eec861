import type { OutgoingHttpHeaders } from 'node:http';
import { stripHopByHop, type Headers } from '../protocol';
import { LocalServiceError } from './errors';
import { withRewrittenHost } from './host-header';
import { formatTarget, type LocalTarget } from './local-target';
import type { Spool } from './spool';

/** A visitor's request as it goes to the local service. */
export interface LocalRequest {
  readonly method: string;
  /** Path plus query, written on the request line byte for byte. */
  readonly uri: string;
  readonly headers: Headers;
  readonly body: Spool;
}

/** Methods whose requests carry Content-Length even for an empty body (RFC 9110, section 8.6). */
const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Matches request targets that are refused. Only the origin form is allowed (RFC 9112, section 3.2.1): other forms could name another
 * server, and a space or control character could split the request line.
 */
// eslint-disable-next-line no-control-regex -- naming what is refused is the point
const UNSAFE_URI = /^[^/]|[\x00-\x20\x7f]|[^\x00-\xff]/;

/** @throws LocalServiceError `invalid_request` */
export function checkRequestLine({ method, uri }: LocalRequest): void {
  if (uri === '' || UNSAFE_URI.test(uri)) {
    throw new LocalServiceError(
      'invalid_request',
      'the request target is not a path: it must start with / and hold no space, control character or character above U+00FF',
    );
  }
  if (method.toUpperCase() === 'CONNECT') {
    throw new LocalServiceError('invalid_request', 'the tunnel does not support the method CONNECT: use another method');
  }
}

/**
 * The header fields for the local service, in order. Hop-by-hop fields are removed, and Content-Length is that of the actual body. A request
 * without a body has a Content-Length if the visitor declared one, or if the method usually has a body. `Host` does not choose the target.
 * @param hostHeader replaces the visitor's Host
 * @throws LocalServiceError `invalid_request` for a repeated Host
 */
export function localHeaders({ method, headers, body }: LocalRequest, target: LocalTarget, hostHeader?: string): OutgoingHttpHeaders {
  const endToEnd = stripHopByHop(headers);
  if (endToEnd['host'] && endToEnd['host'].length !== 1)
    throw new LocalServiceError('invalid_request', 'the request has more than one Host header');
  const { host = [formatTarget(target)], 'content-length': declaredLength, ...fields } = withRewrittenHost(endToEnd, hostHeader);
  // The cloud already has the whole body, so nobody waits for a 100 Continue.
  delete fields.expect;

  const hasLength = body.bytes > 0 || declaredLength !== undefined || METHODS_WITH_BODY.has(method.toUpperCase());
  return {
    host: host[0],
    ...fields,
    ...(hasLength && { 'content-length': String(body.bytes) }),
  };
}
