/** Takes every emergency command out of the documents, runs it on the local cloud, and checks what it does there. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../environments';
import { documents } from '../support/documents';
import { commandsIn } from '../support/document-facts';
import { emfLinesIn } from '../support/emf';
import { eventually } from '../support/eventually';
import { isForLocalCloud, runOnLocalCloud, type Ran } from '../support/operators-terminal';
import { deleteRollout, putRollout } from '../support/put-rollout';
import { rolloutItem } from '../support/rollout-items';
import { ruleOf, startTunnel, tableOf, withTunnel, type CloudUnderTest } from '../support/tunnel';

const read = (file: string): string => readFileSync(path.join(__dirname, '../..', file), 'utf8');
const commands = [...new Set(documents.filter((file) => file !== 'CHANGELOG.md').flatMap((file) => commandsIn(read(file))))];
/** The commands that begin so. A command that ends there, without arguments, is the name of a program in a sentence. */
const beginning = (start: string): string[] => commands.filter((line) => line.startsWith(`${start} `));
const rollouts = (command: string): string[] =>
  beginning('npm run rollout').filter((line) => new RegExp(`^npm run rollout -- --env \\w+ ${command}\\b`).test(line));

/** Short enough that the test sees changes of the rollout. In ms. */
const CACHE_MS = 100;
/** The share that the environment of these tests begins with. */
const INITIAL_PERCENT = 100;

const withCache = (same: Environment): Environment => ({ ...same, timings: { ...same.timings, rolloutCacheMs: CACHE_MS } });

let under: CloudUnderTest;
beforeAll(async () => {
  under = await startTunnel({ mode: 'direct', environment: withCache });
});
afterAll(() => under.close());

const run = (line: string): Promise<Ran> => runOnLocalCloud(under, line, INITIAL_PERCENT);

/** Writes the item, or deletes it, and waits until every execution environment must read the item again. */
async function arrange(item?: Partial<ReturnType<typeof rolloutItem>>): Promise<void> {
  await deleteRollout(under);
  if (item) await putRollout(under, rolloutItem(item));
}

async function stored(): Promise<unknown> {
  const items = await under.cloud.services.dynamodb.scan(tableOf(under.cloud, 'tunnels'));
  return items.find(({ tunnelId }) => JSON.stringify(tunnelId) === '{"S":"#rollout"}');
}

/** The cohort of the next request. */
async function cohortOfNext(tunnel = under): Promise<unknown> {
  await sleep(CACHE_MS + 50);
  const lines = () => emfLinesIn(tunnel.logs).filter(({ members }) => members['Requests'] !== undefined);
  const before = lines().length;
  expect((await tunnel.visit('/nonce/1')).status).toBe(200);
  await eventually(() => expect(lines().length).toBeGreaterThan(before));
  return lines().at(-1)?.members['cohort'];
}

test.each(rollouts('off'))('%s makes the requests of all functions poll, whatever has set the share before', async (line) => {
  for (const item of [undefined, { percent: 100 }]) {
    await arrange(item);
    expect(await cohortOfNext()).toBe('event-driven');
    expect(await run(line)).toMatchObject({ code: 0, error: '' });
    expect(await stored()).toMatchObject({ percent: { N: '0' }, percentBefore: { N: '100' }, latched: { BOOL: false } });
    expect(await cohortOfNext()).toBe('polling');
  }
});

test.each(rollouts('set'))('%s sets the share that it names', async (line) => {
  await arrange({ percent: line.includes('--force') ? 0 : 100 });
  expect(await run(line)).toMatchObject({ code: 0, error: '' });
  expect(await stored()).toMatchObject({ percent: { N: / set (\d+)/.exec(line)?.[1] } });
});

test.each(rollouts('status'))('%s tells the share, who has set it, and why', async (line) => {
  await arrange({ percent: 25, by: 'ann', why: 'load' });
  const { code, out } = await run(line);
  expect(code).toBe(0);
  expect(out).toMatch(/25 % of the requests are event-driven[^]*by ann[^]*load/);
});

test.each(rollouts('resume'))(
  '%s opens the rollout at 0 %%, and next leaves 0 %% when a probe of sweep has returned since then',
  async (line) => {
    await arrange({ percent: 0, latched: true });
    const [next = ''] = rollouts('next');
    expect((await run(next)).error).toContain('only "resume --why …" opens the rollout again');
    expect(await run(line)).toMatchObject({ code: 0, error: '' });
    expect(await stored()).toMatchObject({ percent: { N: '0' }, latched: { BOOL: false } });
    under.cloud.services.schedules.fire(ruleOf(under.cloud, 'sweep-schedule-rule'));
    await eventually(async () => expect(await run(next)).toMatchObject({ code: 0, error: '' }));
    expect(await stored()).toMatchObject({ percent: { N: '10' } });
  },
);

test.each(beginning('aws sqs purge-queue'))('%s empties the queue', async (line) => {
  const instead = (operation: string, options: string): Promise<Ran> => run(`${line.replace('purge-queue', operation)} ${options}`);
  const look = async (): Promise<string> => (await instead('receive-message', '--visibility-timeout 0')).out;
  expect(await instead('send-message', '--message-body lost')).toMatchObject({ code: 0 });
  expect(await look()).toContain('"Body":"lost"');
  expect(await run(line)).toMatchObject({ code: 0, error: '' });
  expect(await look()).toBe('{}');
});

test.each(beginning('aws cloudwatch set-alarm-state'))('%s tries the whole rollback', async (line) => {
  await arrange({ percent: 100 });
  expect(await run(line)).toMatchObject({ code: 0, error: '' });
  await eventually(async () => expect(await stored()).toMatchObject({ percent: { N: '0' }, latched: { BOOL: true } }));
  expect(await cohortOfNext()).toBe('polling');
  await run(line.replace('ALARM', 'OK'));
});

/** Alarms of the local cloud come from the stack, and cannot be deleted; its metrics are read by `GetMetricData`. */
const NOT_HERE = ['aws cloudwatch delete-alarms', 'aws cloudwatch get-metric-statistics'];

test.each(beginning('aws').filter((line) => isForLocalCloud(line) && !NOT_HERE.some((command) => line.startsWith(command))))(
  '%s can be run',
  async (line) => {
    expect(await run(line)).toMatchObject({ code: 0, error: '' });
  },
);

test('the kill switch, which needs a deployment, makes all requests poll, although the rollout item says otherwise', () =>
  withTunnel(
    { mode: 'direct', environment: (same) => withCache({ ...same, responsePath: { ...same.responsePath, useEventDriven: false } }) },
    async (tunnel) => {
      await putRollout(tunnel, rolloutItem({ percent: 100 }));
      expect(await cohortOfNext(tunnel)).toBe('polling');
    },
  ));

test('a deployment with another percent in the settings changes nothing once the rollout item exists', () =>
  withTunnel(
    { mode: 'direct', environment: (same) => withCache({ ...same, responsePath: { ...same.responsePath, percent: 0 } }) },
    async (tunnel) => {
      expect(await cohortOfNext(tunnel)).toBe('polling');
      await putRollout(tunnel, rolloutItem({ percent: 100 }));
      expect(await cohortOfNext(tunnel)).toBe('event-driven');
    },
  ));
