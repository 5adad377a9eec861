/** What the log lines of a request cost, from lines that functions have written. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PRICES } from '../../bench/prices';
import { logBytes } from '../../bench/usage';
import { eventually } from '../support/eventually';
import { functionOf, withTunnel, type CloudUnderTest, type CloudUnderTestOptions } from '../support/tunnel';

const VISITS = 10;
/** The functions that run for each request in mode `direct`. */
const PER_REQUEST = ['forward-request', 'receive-message'];

/** Bytes that CloudWatch Logs takes in for one request in mode `direct`, without cold starts. */
async function bytesOfRequest(options: CloudUnderTestOptions): Promise<number> {
  let bytes = 0;
  await withTunnel({ mode: 'direct', ...options }, async (under) => {
    let invocations = 0;
    const names = PER_REQUEST.map((name) => functionOf(under.cloud, name));
    under.cloud.services.lambda.events.on('invocation', ({ functionName }) => void (names.includes(functionName) && invocations++));
    const visitAndWait = async (visits: number): Promise<string[]> => {
      const before = { lines: under.logs.length, invocations };
      for (let i = 0; i < visits; i++) expect((await under.visit('/nonce/1')).status).toBe(200);
      await eventually(() => expect(invocations - before.invocations).toBeGreaterThanOrEqual(visits * PER_REQUEST.length));
      return linesOf(under, names, before.lines);
    };
    await eventually(async () => expect(directRequests(await visitAndWait(1))).toBe(1));
    const lines = await visitAndWait(VISITS);
    expect(directRequests(lines)).toBe(VISITS);
    bytes = lines.reduce((sum, text) => sum + logBytes(text), 0) / VISITS;
  });
  return bytes;
}

const linesOf = ({ logs }: CloudUnderTest, names: readonly string[], from: number): string[] =>
  logs.slice(from).flatMap(({ functionName, text }) => (names.includes(functionName) ? [text] : []));

const directRequests = (lines: readonly string[]): number =>
  lines.filter((text) => text.includes('"ReturnTime":') && text.includes('"mode":"direct"')).length;

/** Lambda's defaults: text format, with a START, an END and a REPORT line for each invocation. */
function asText(resources: Record<string, Record<string, unknown>>): void {
  for (const attributes of Object.values(resources['aws_lambda_function'] ?? {}))
    delete (attributes as Record<string, unknown>)['logging_config'];
}

test('operations.md says what the logs of a request cost, with and without the lines of Lambda itself', async () => {
  const usdOf = (bytes: number): number => (bytes / 1e9) * PRICES.logGigabyte.usd * 1e6;
  const [json, text] = [await bytesOfRequest({}), await bytesOfRequest({ stack: asText })];
  const measured = [json / 1000, usdOf(json), text / 1000, usdOf(text)];
  const row = readFileSync(path.join(__dirname, '../../docs/operations.md'), 'utf8')
    .split('\n')
    .find((line) => line.startsWith('| Logs of functions |'));
  const [, ...told] = /([\d.]+) KB a request, \$([\d.]+); .* would be ([\d.]+) KB, \$([\d.]+)/.exec(row ?? '') ?? [];
  // The values of a run have some digits more or less than those of another run, and the document has two decimals.
  const isNear = told.map((value, i) => Math.abs(Number(value) / (measured[i] ?? 0) - 1) < 0.07);
  expect({ told, measured, isNear }).toEqual({ told, measured, isNear: [true, true, true, true] });
  expect(json).toBeLessThan(text);
});
