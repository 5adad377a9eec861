/** A test suite that a package on npm brings with it. */
export interface Suite {
  /** Of the package. */
  readonly name: 'fastify' | 'needle' | 'st';
  readonly runner: 'mocha' | 'node';
  /** The files in which tests send requests to a server that listens, without those that docs/http-suites.md names as left out. */
  readonly files: readonly string[];
}

const files = (names: string, end: string): string[] => names.split(/\s+/).map((name) => `test/${name}${end}`);

export const SUITES: readonly Suite[] = [
  {
    name: 'needle',
    runner: 'mocha',
    files: files(
      `basic_auth compression cookies parsing post_data redirect request_stream response_stream socket_pool stream_events uri_modifier url`,
      '_spec.js',
    ),
  },
  {
    name: 'st',
    runner: 'node',
    files: files(
      `basic cors dot-false dot-true encoded-traversal explicit-cache-control fd-limit gzip-after-no-gzip mounted-encoded-traversal multi-mount no-cache
      no-content-maxage no-cors no-fd-cache no-gzip no-gzip-accepted no-gzip-accepted-no-cache parent-path preset-cache-control`,
      '-test.js',
    ),
  },
  {
    name: 'fastify',
    runner: 'node',
    files: files(
      `404s async-await body-limit case-insensitive custom-http-server custom-parser-async custom-parser.0 custom-parser.1 custom-parser.2
      custom-parser.3 custom-parser.4 custom-parser.5 custom-querystring-parser delete handler-timeout header-overflow http-methods/copy
      http-methods/custom-http-methods http-methods/get http-methods/head http-methods/lock http-methods/mkcalendar http-methods/mkcol
      http-methods/move http-methods/propfind http-methods/proppatch http-methods/report http-methods/search http-methods/unlock
      internals/handle-request internals/reply output-validation post-empty-body proto-poisoning reply-early-hints reply-error
      reply-trailers request-error request-id route-shorthand route.1 server stream.1 stream.3 stream.5 trust-proxy
      url-rewriting use-semicolon-delimiter versioned-routes web-api`,
      '.test.js',
    ),
  },
];
