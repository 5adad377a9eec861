import fc from 'fast-check';
import { startEdge, type TestEdge } from '../../support/gateway-edge';
import { AT_ONCE, atOnce, FUZZ_TIMEOUT_MS, fuzzing, mutated, withBoundedMemory } from '../../support/fuzz';
import { rawRequest, sendInputs } from '../../support/gateway-raw-http';

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge(async () => ({ statusCode: 200, body: 'ok' }), { limits: { payloadBytes: 100_000 } });
});
afterAll(() => edge.close());

const NL = '\r\n';
const request = (...lines: string[]): string => [...lines, 'Connection: close', '', ''].join(NL);
const SEEDS = [
  request('GET /demo/a%20b?c=d&c=e HTTP/1.1', 'Host: demo.localhost', 'Cookie: a=b; c=d', 'Accept: text/html'),
  `${request('POST /demo/ HTTP/1.1', 'Host: localhost', 'Content-Type: text/plain', 'Content-Length: 5')}hello`,
  `${request('PUT /demo/ HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`,
  request('HEAD / HTTP/1.1', 'Host: [::1]:8080', 'Range: bytes=0-1', 'If-None-Match: "x"'),
  request('OPTIONS http://localhost/demo HTTP/1.1', 'Host: localhost', 'Upgrade: websocket'),
];

const INPUTS = 200;
const COMPLETE = request('GET /demo/ HTTP/1.1', 'Host: localhost');

test(
  'the edge answers any bytes with an HTTP response or not at all, and serves the next visitor',
  async () => {
    let answered = 0;
    let refused = 0;
    const input = fc.oneof(
      { weight: 9, arbitrary: mutated(...SEEDS) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)) },
    );
    await withBoundedMemory(() =>
      fc.assert(
        fc.asyncProperty(atOnce(input), async (inputs) => {
          for (const received of await sendInputs(edge.port, inputs, COMPLETE)) {
            if (received === '') continue;
            const status = /^HTTP\/1\.1 (\d{3}) /.exec(received)?.[1];
            expect(status).toMatch(/^(200|400|404|405|413|414|417|431|501|505)$/);
            if (status === '200') answered++;
            else refused++;
          }
        }),
        { ...fuzzing(INPUTS, AT_ONCE), endOnFailure: true },
      ),
    );
    expect(answered).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    await expect(rawRequest(edge.port, 'GET /demo/ HTTP/1.1')).resolves.toMatchObject({ status: 200, body: 'ok' });
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'an event that reaches a function has a valid method, path and headers, whatever bytes the edge received',
  async () => {
    await fc.assert(
      fc.asyncProperty(atOnce(mutated(...SEEDS)), async (inputs) => {
        const before = edge.events().length;
        await sendInputs(edge.port, inputs, COMPLETE);
        for (const event of edge.events().slice(before)) {
          expect(event.requestContext.http.method).toMatch(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/);
          expect(event.rawPath).toMatch(/^\//);
          for (const [name, value] of Object.entries(event.headers)) {
            expect(name).toMatch(/^[!#$%&'*+.^_`|~0-9a-z-]+$/);
            expect(value).not.toMatch(/[\r\n\0]/);
          }
        }
      }),
      { ...fuzzing(INPUTS, AT_ONCE), endOnFailure: true },
    );
  },
  FUZZ_TIMEOUT_MS,
);
