import { translateRequestReferences, type Headers } from '../../protocol';
import { forwardedHeaders, hostOf, isBelow, type Route, type VisitorRequest } from './visitor-request';

/**
 * The header fields of a request as the local service gets them. WebDAV's references lose the path prefix, and `https:` becomes `http:`,
 * because the agent speaks HTTP without TLS to the local service: Apache refuses a `Destination` whose scheme is not its own.
 */
export function insideView(request: VisitorRequest, route: Route): Headers {
  const { prefix = '' } = route;
  const headers = forwardedHeaders(request, route);
  translateRequestReferences(headers, hostOf(request), (origin, rest) => {
    // A path that is not below the prefix belongs to another tunnel, and the reference stays as it is.
    if (!isBelow(rest, prefix)) return origin + rest;
    return origin.replace(/^https:/i, 'http:') + rest.slice(prefix.length).replace(/^(?!\/)/, '/');
  });
  return headers;
}
