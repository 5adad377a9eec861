import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PRICES } from '../../../bench/prices';
import { environments } from '../../../environments';

const operations = readFileSync(path.join(__dirname, '../../../docs/operations.md'), 'utf8');
const { functions, streams } = environments.prod;

/** Lambda's price for a time in a function, in dollars. */
const duration = (name: keyof typeof functions, seconds: number): number =>
  (functions[name].memoryMb / 1024) * seconds * PRICES.gigabyteSecond.usd;

const message = PRICES.webSocketMessage.usd;
const request = PRICES.invocation.usd + message;
const chunk = message + PRICES.invocation.usd + duration('receive-message', 0.012) + message;
const minute = duration('stream-request', 60);
const probes = (60_000 / streams.probeMs) * (message + chunk);

/** The figure of a row of the table, by the row's beginning. */
function rowOf(start: string): string {
  const [, section = ''] = operations.split('### Streamed requests');
  return section.split('\n').find((line) => line.startsWith(`| ${start}`)) ?? '';
}

test.each([
  ['the request', `$${(request * 1e6).toFixed(2)} for a million`],
  ['a chunk', `$${(chunk * 1e6).toFixed(2)} for a million, whatever its size, up to ${streams.chunkBytes.toLocaleString('en')} bytes`],
  ['waiting, with 256 MB', `$${minute.toFixed(5)} a minute: $${(15 * minute).toFixed(4)} for 15 minutes`],
  ['1,000 tokens at 50 a second', `$${(1000 * chunk + duration('stream-request', 20)).toFixed(4)}`],
  ['an event stream in which nothing happens', `$${(minute + probes).toFixed(5)} a minute`],
  ['a download of 100 MB', `$${((100e6 / streams.chunkBytes) * chunk).toFixed(4)} for its chunks`],
])('operations.md says what %s of a stream costs, computed from the prices and the settings of prod', (start, figure) => {
  expect(rowOf(start)).toContain(`| ${figure}`);
});
