import { once } from 'node:events';
import { createServer } from 'node:http';
import { CONSOLE_PORT, startConsole } from '../../../local/start/start-console';
import { listenOnAnyPort } from '../../support/listen';
import { consoleSources } from '../../support/observed';

const sources = consoleSources();

test('the console takes a free port when another program has its default port', async () => {
  const holder = createServer().listen(CONSOLE_PORT, '127.0.0.1');
  // An error means that another program has the port already: in both cases the port is taken.
  await once(holder, 'listening').catch(() => undefined);
  const server = await startConsole(sources, undefined);
  expect(Number(new URL(server.url).port)).not.toBe(CONSOLE_PORT);
  await server.close();
  holder.close();
});

test('the console fails to start when the port that the user gave is taken', async () => {
  const holder = createServer();
  const port = await listenOnAnyPort(holder);
  await expect(startConsole(sources, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  holder.close();
});
