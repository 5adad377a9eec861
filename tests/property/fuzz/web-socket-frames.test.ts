import fc from 'fast-check';
import { AT_ONCE, atOnce, FUZZ_TIMEOUT_MS, fuzzing, withBoundedMemory } from '../../support/fuzz';
import { eventually } from '../../support/eventually';
import { exchangeInputs } from '../../support/gateway-raw-http';
import {
  API_ID,
  connectClient,
  lambdaIntegration,
  signedConnect,
  startGateway,
  stopGateways,
  wakeRoutes,
  webSocketRoute,
} from '../../support/gateway-websocket';
import { hostileFrames } from '../../support/hostile-frames';
import { withoutStrayErrors } from '../../support/stray-errors';

const INPUTS = 60;
const MESSAGE_BYTES = 128 * 1024;

afterEach(stopGateways);

test.each([
  [
    'the agent gateway',
    [webSocketRoute('$disconnect', lambdaIntegration('disconnect')), webSocketRoute('$default', lambdaIntegration('message'))],
  ],
  ['the wake channel', wakeRoutes()],
] as const)(
  '%s survives any bytes in place of frames, ends each connection once, and serves the next client',
  async (_, routes) => {
    const bodies: unknown[] = [];
    const ends: number[] = [];
    const { gateway, functions, warnings, url } = await startGateway({
      routes,
      functions: {
        message: ({ body }: { body: unknown }) => {
          bodies.push(body);
          return { statusCode: 200 };
        },
        disconnect: ({ requestContext }: { requestContext: { disconnectStatusCode: number } }) => {
          ends.push(requestContext.disconnectStatusCode);
          return { statusCode: 200 };
        },
      },
    });
    const { host, pathname, port } = new URL(url);
    const handshake = async (): Promise<Buffer> => {
      const { headers } = await signedConnect(url);
      const fields = Object.entries({ ...headers, host, ...UPGRADE }).map(([name, value]) => `${name}: ${value}`);
      return Buffer.from([`GET ${pathname} HTTP/1.1`, ...fields, '', ''].join('\r\n'));
    };
    const complete = `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    await withoutStrayErrors(() =>
      withBoundedMemory(() =>
        fc.assert(
          fc.asyncProperty(atOnce(hostileFrames), async (inputs) => {
            for (const each of [bodies, ends, functions.invocations]) each.length = 0;
            const head = await handshake();
            const received = await exchangeInputs(
              Number(port),
              inputs.map((frames) => Buffer.concat([head, frames])),
              complete,
            );
            for (const text of received) expect(text).toMatch(/^HTTP\/1\.1 101 /);
            await eventually(() => expect(gateway.connections(API_ID)).toEqual([]));
            for (const body of bodies) expect(Buffer.byteLength(body as string)).toBeLessThanOrEqual(MESSAGE_BYTES);
            if (routes.some(({ routeKey }) => routeKey === '$disconnect')) {
              await eventually(() => expect(ends).toHaveLength(inputs.length));
              // https://www.rfc-editor.org/rfc/rfc6455#section-7.4.2
              expect(ends.filter((code) => code < 1000 || code > 4999)).toEqual([]);
            }
            expect(warnings).toEqual([]);
          }),
          { ...fuzzing(INPUTS, AT_ONCE), endOnFailure: true },
        ),
      ),
    );
    const client = await connectClient(url, await signedConnect(url));
    client.send({ action: 'hello' });
    client.ws.close();
    await eventually(() => expect(client.closed?.code).toBe(1005));
  },
  FUZZ_TIMEOUT_MS,
);

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
