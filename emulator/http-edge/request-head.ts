import type { IncomingMessage } from 'node:http';
import { announcesMoreThan } from './read-body';
import { edgeResponse, foreignHost, type EdgeDialect, type EdgeResponse } from './edge-response';
import type { VisitorArrival } from './proxy-event';
import { hostname, requestTarget } from './request-target';
import { hasSoundFraming } from './sound-framing';

/** What is known of a request before its body comes. */
export type RequestHead = Omit<VisitorArrival, 'requestId' | 'at' | 'body'>;

export interface HeadRules {
  readonly payloadBytes: number;
  /** Whether a Host, with its port, is served. */
  readonly serves: (host: string) => boolean;
  /** The `domainName` of the event; by default the name in the Host. */
  readonly domainName: string | undefined;
  readonly dialect: EdgeDialect;
}

/** @returns the answer to a request that is refused by its head; the body of such a request is not waited for */
export function readHead(request: IncomingMessage, rules: HeadRules): RequestHead | EdgeResponse {
  const target = requestTarget(request);
  if (target && !rules.serves(target.host)) return foreignHost(rules.dialect);
  const path = target && rules.dialect.eventPath(target.path);
  if (target === undefined || path === undefined || !hasSoundFraming(request)) return edgeResponse(400, rules.dialect);
  if (announcesMoreThan(rules.payloadBytes, request)) return edgeResponse(413, rules.dialect);
  const { remoteAddress = '', localPort = 0 } = request.socket;
  return {
    method: request.method ?? '',
    path,
    query: target.query,
    protocol: `HTTP/${request.httpVersion}`,
    rawHeaders: request.rawHeaders,
    host: target.host,
    domainName: rules.domainName ?? hostname(target.host),
    sourceIp: remoteAddress.replace(/^::ffff:/, ''),
    port: localPort,
  };
}
