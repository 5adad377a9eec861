import type { VisitorRequest } from '../../functions/core/visitor-request';

/** A plain request of a visitor, with the given changes. */
export const visitorRequest = (overrides: Partial<VisitorRequest> = {}): VisitorRequest => ({
  method: 'GET',
  path: '/',
  rawQuery: '',
  // The name in the Host, as on AWS.
  domainName: overrides.headers?.['host']?.[0]?.replace(/:\d*$/, '') ?? 'api.example',
  headers: {},
  body: new Uint8Array(),
  sourceIp: '192.0.2.1',
  arrivedAt: 0,
  ...overrides,
});
