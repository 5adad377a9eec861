import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { startDynamoDb } from '../../support/dynamodb-endpoint';
import { tableWithStream } from '../../support/dynamodb-tables';

const requests = tableWithStream('requests');
const claims = tableWithStream('claims');
let server: Server;
let engineUrl: string;
beforeAll(async () => {
  server = dynalite({ createTableMs: 20 }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  engineUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

test('with an engine URL, the server at the URL keeps the items after a restart, and streams still have records', async () => {
  const first = await startDynamoDb([requests], { engineUrl });
  await first.documents.send(new PutCommand({ TableName: 'requests', Item: { id: 'a' } }));
  expect(first.dynamodb.read(requests.stream.arn, undefined, 10).records).toHaveLength(1);
  await first.close();

  const second = await startDynamoDb([requests], { engineUrl });
  expect(await second.dynamodb.scan('requests')).toEqual([{ id: { S: 'a' } }]);
  await second.close();
});

test('an existing table with another key schema is refused with an error that names the table address', async () => {
  const before = await startDynamoDb([claims], { engineUrl });
  await before.close();
  const otherKey = {
    ...claims,
    hashKey: 'requestId',
    attributes: [{ name: 'requestId', type: 'S' }],
  } as const;
  await expect(startDynamoDb([otherKey], { engineUrl })).rejects.toThrow(/^aws_dynamodb_table.claims: .*another key; delete that table/);
});

test('an engine that does not answer, or a value that is no http URL, causes an error that names the URL', async () => {
  await expect(startDynamoDb([requests], { engineUrl: 'http://127.0.0.1:1' })).rejects.toThrow(
    /http:\/\/127.0.0.1:1\/ does not answer \(.*ECONNREFUSED.*start the engine/,
  );
  await expect(startDynamoDb([requests], { engineUrl: 'localhost:8000' })).rejects.toThrow(
    /"localhost:8000" is not an http URL; give a URL such as/,
  );
});
