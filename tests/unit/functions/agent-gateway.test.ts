import { createServer, type Server } from 'node:http';
import { agentGateway } from '../../../functions/aws/agent-gateway';
import { listenOnAnyPort } from '../../support/listen';

let silent: Server;
let url: URL;
const before = { ...process.env };
beforeAll(async () => {
  process.env['AWS_REGION'] ??= 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] ??= 'key';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'secret';
  silent = createServer(() => undefined);
  url = new URL(`http://127.0.0.1:${await listenOnAnyPort(silent)}/prod`);
});
afterAll(() => {
  process.env = before;
  silent.closeAllConnections();
  silent.close();
});

test('a post that stalls is given up after the time that was asked for, and counts as uncertain', async () => {
  const unknown: unknown[] = [];
  const gateway = agentGateway(url, (error) => unknown.push(error));
  await expect(gateway.post('c1', '{}', 100)).resolves.toBe('uncertain');
  expect(unknown).toHaveLength(1);
}, 9000);
