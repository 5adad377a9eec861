/**
 * The path as an HTTP API hands it to a function: percent-decoded in `rawPath` too, so that `%2F` becomes `/`, and cut at
 * a decoded `?` (captures: honojs/hono#2156, fastify/aws-lambda-fastify#169, middleapi/standard-server#93). Nothing else
 * changes: no dot segment is removed, no slash merged, `+` stays.
 *
 * AWS's behaviour for `%zz` or bytes that are not UTF-8 is not known. Such a path has no decoded form for the event, and a
 * guess would reach another resource than the visitor named.
 * @param path as on the request line, without the query
 * @returns undefined for a path that cannot be decoded: answer 400
 */
export function decodePath(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path);
    const end = decoded.indexOf('?');
    return end < 0 ? decoded : decoded.slice(0, end);
  } catch {
    return undefined;
  }
}
