import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

test('a DynamoDB call that gets no answer times out and is retried', async () => {
  let calls = 0;
  const server = http.createServer((_, response) => {
    calls++;
    if (calls > 1) response.setHeader('content-type', 'application/x-amz-json-1.0').end('{"Item":{"tunnelId":{"S":"demo"}}}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const environment = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    const { documentClient } = await import('../../../functions/aws/clients');
    const { Item } = await documentClient(2000).send(new GetCommand({ TableName: 'tunnels', Key: { tunnelId: 'demo' } }));
    expect(Item).toEqual({ tunnelId: 'demo' });
    expect(calls).toBe(2);
  } finally {
    process.env = before;
    server.closeAllConnections();
    server.close();
  }
});
