import { HttpApiEdge } from '../../../emulator/gateway/http-api/http-api-edge';
import { GatewayPorts } from '../../../emulator/gateway/gateway-ports';
import { AWS_LIMITS } from '../../../emulator/limits';
import { Permissions } from '../../../emulator/iam/permissions';
import { httpApi } from '../../support/gateway-edge';
import { ACCOUNT_ID, FunctionTable } from '../../support/gateway-functions';

let ports: GatewayPorts;
beforeEach(async () => {
  ports = await GatewayPorts.open(0, AWS_LIMITS);
});
afterEach(() => ports.close());

test('a port answers 503 until an edge serves on the port', async () => {
  const { visitors, webSockets } = ports.endpoints;
  expect((await fetch(visitors)).status).toBe(503);
  expect((await fetch(webSockets.replace(/^ws/, 'http'))).status).toBe(503);
  const edge = new HttpApiEdge({
    api: httpApi({ routes: [] }),
    invoker: new FunctionTable({}),
    permissions: new Permissions([]),
    limits: AWS_LIMITS.httpApi,
    accountId: ACCOUNT_ID,
    log: { warn: () => undefined },
  });
  edge.serveOn(ports.visitors);
  // The API has no route, so the edge answers 404.
  expect((await fetch(visitors)).status).toBe(404);
  await edge.close();
  await expect(fetch(visitors)).rejects.toThrow('fetch failed');
});

test('when the port of the HTTP API is taken, the other port is closed too', async () => {
  const taken = Number(new URL(ports.endpoints.visitors).port);
  await expect(GatewayPorts.open(taken, AWS_LIMITS)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('the port of a function URL is open only for a stack that has a function URL', async () => {
  expect(ports.endpoints).not.toHaveProperty('functionUrl');
  const more = await GatewayPorts.open(0, AWS_LIMITS, 0);
  try {
    expect((await fetch(more.endpoints.functionUrl ?? '')).status).toBe(503);
  } finally {
    await more.close();
  }
});
