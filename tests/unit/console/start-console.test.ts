import { once } from 'node:events';
import { createServer } from 'node:http';
import { CONSOLE_PORT, startConsole } from '../../../local/start/start-console';
import { LogStore } from '../../../emulator/logs/log-store';
import { LocalTraces } from '../../../local/story/local-traces';
import { listenOnAnyPort } from '../../support/listen';
import { SetAlarms, WrittenMetrics } from '../../support/observed';

const logs = new LogStore();
const sources = { logs, traces: new LocalTraces(logs), metrics: new WrittenMetrics(), alarms: new SetAlarms(), environment: 'local' };

test('the console takes any free port where somebody else has the usual one', async () => {
  const holder = createServer().listen(CONSOLE_PORT, '127.0.0.1');
  // An error means that another program has the port already: in both cases the port is taken.
  await once(holder, 'listening').catch(() => undefined);
  const server = await startConsole(sources, undefined);
  expect(Number(new URL(server.url).port)).not.toBe(CONSOLE_PORT);
  await server.close();
  holder.close();
});

test('a port that was asked for by name and is taken is an error', async () => {
  const holder = createServer();
  const port = await listenOnAnyPort(holder);
  await expect(startConsole(sources, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  holder.close();
});
