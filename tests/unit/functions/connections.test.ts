import { createServer, type Server, type ServerResponse } from 'node:http';
import { connectionsOf, type Connections } from '../../../functions/aws/connections';
import { listenOnAnyPort } from '../../support/listen';

let server: Server;
let connections: Connections;
let requests: string[];
let answers: ((response: ServerResponse) => void)[];
const status = (code: number) => (response: ServerResponse) => void response.writeHead(code).end('{"message":"no"}');
const reset = (response: ServerResponse): void => void response.destroy();
beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => answers.shift()?.(response));
  });
  connections = connectionsOf(new URL(`ws://127.0.0.1:${await listenOnAnyPort(server)}/prod`), {
    region: 'eu-central-1',
    credentials: () => Promise.resolve({ accessKeyId: 'k', secretAccessKey: 's' }),
  });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const unknown: unknown[] = [];
const post = (mayArriveTwice: boolean) =>
  connections.post({ connectionId: 'a+b=', text: 'x', timeoutMs: 30_000, mayArriveTwice, onUnknown: (error) => unknown.push(error) });
beforeEach(() => void unknown.splice(0));

test.each([
  [200, 'delivered'],
  [410, 'gone'],
  [413, 'too-large'],
  [429, 'limited'],
  [403, 'unknown'],
  [500, 'unknown'],
])('a post that is answered with %i counts as %s, and is made once', async (code, outcome) => {
  answers = [status(code)];
  expect(await post(true)).toBe(outcome);
  expect(requests).toEqual(['POST /prod/@connections/a%2Bb%3D']);
  expect(unknown).toHaveLength(outcome === 'unknown' ? 1 : 0);
});

test('a post over a connection that is reset is made again only if the message may arrive twice', async () => {
  answers = [reset, status(200)];
  expect(await post(true)).toBe('delivered');
  answers = [reset];
  expect(await post(false)).toBe('unknown');
  expect(requests).toHaveLength(3);
});

test('tell() rejects with the status of a message that was not delivered', async () => {
  answers = [status(200), status(410)];
  await connections.tell('c', 'x');
  await expect(connections.tell('c', 'x')).rejects.toMatchObject({ $metadata: { httpStatusCode: 410 } });
});

test('a connection does not exist if API Gateway says that it is gone, and may exist if it says nothing', async () => {
  answers = [status(200), status(410), reset, status(500)];
  expect([await connections.exists('c'), await connections.exists('c'), await connections.exists('c')]).toEqual([true, false, true]);
  await expect(connections.exists('c')).rejects.toThrow('no');
});

test('closing a connection that has gone succeeds, and any other failure is reported', async () => {
  answers = [status(204), status(410), status(500)];
  await connections.close('c', 30_000);
  await connections.close('c', 30_000);
  await expect(connections.close('c', 30_000)).rejects.toThrow('no');
  expect(requests[0]).toBe('DELETE /prod/@connections/c');
});
