import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError, type Interceptor } from '../../emulator/services';
import { emfLinesIn } from '../support/emf';
import { eventually } from '../support/eventually';
import { deleteRollout, putRollout } from '../support/put-rollout';
import { rolloutItem } from '../support/rollout-items';
import { functionOf, ruleOf, startTunnel, tableOf, type CloudUnderTest } from '../support/tunnel';
import { alarm } from '../support/whole-traffic';

/** Short enough that the test sees changes of the rollout. In ms. */
const CACHE_MS = 100;
const STALE_MS = 3000;

let isDenied = false;
const refuseBatches: Interceptor = ({ operation }, next) =>
  isDenied && operation === 'BatchGetItem' ? Promise.reject(new AwsError(400, 'AccessDeniedException', 'not allowed')) : next();

let under: CloudUnderTest;
beforeAll(async () => {
  under = await startTunnel({
    mode: 'direct',
    intercept: refuseBatches,
    environment: (same) => ({
      ...same,
      responsePath: { ...same.responsePath, percent: 0 },
      timings: { ...same.timings, rolloutCacheMs: CACHE_MS, rolloutStaleMs: STALE_MS },
    }),
  });
});
afterAll(() => under.close());
beforeEach(() => {
  isDenied = false;
});

const cohortLines = () => emfLinesIn(under.logs).filter(({ members }) => members['Requests'] !== undefined);

/** Visits `n` times, and returns the assigned cohorts; every visitor gets an answer. */
async function cohorts(n = 1): Promise<unknown[]> {
  const before = cohortLines().length;
  for (let i = 0; i < n; i++) expect((await under.visit(`/nonce/${i}`)).status).toBe(200);
  await eventually(() => expect(cohortLines()).toHaveLength(before + n));
  return cohortLines()
    .slice(before)
    .map(({ members }) => members['cohort']);
}

/** Writes the rollout item, and waits until every execution environment must read the item again. */
async function set(item: object): Promise<void> {
  await putRollout(under, item);
  await sleep(CACHE_MS + 50);
}

test('without a rollout item, requests use the initial share of the environment', async () => {
  await deleteRollout(under);
  await sleep(CACHE_MS + 50);
  expect(await cohorts(3)).toEqual(['polling', 'polling', 'polling']);
});

test('a new share applies to all requests when the cache time is over, without a deployment', async () => {
  await set(rolloutItem({ percent: 100 }));
  expect(await cohorts(3)).toEqual(['event-driven', 'event-driven', 'event-driven']);
  await set(rolloutItem({ percent: 0 }));
  expect(await cohorts(3)).toEqual(['polling', 'polling', 'polling']);
});

test('a request makes one read call to the tunnels table, whether or not it also reads the rollout item', async () => {
  const { calls } = under.cloud.services;
  const reads = (operation: string): number =>
    calls.count({ functionName: functionOf(under.cloud, 'forward-request'), operation, table: tableOf(under.cloud, 'tunnels') });
  await set(rolloutItem({ percent: 100 }));
  calls.reset();
  await cohorts(1);
  expect([reads('BatchGetItem'), reads('GetItem')]).toEqual([1, 0]);
  await sleep(CACHE_MS + 50);
  await cohorts(2);
  expect(reads('BatchGetItem') + reads('GetItem')).toBe(3);
});

test.each([
  ['cannot be read', async () => void (isDenied = true)],
  ['is malformed', () => set({ ...rolloutItem(), percent: 'all' })],
])('when the rollout item %s, requests use the last good share, later they poll, and no visitor gets an error', async (_, breakIt) => {
  await set(rolloutItem({ percent: 100 }));
  expect(await cohorts()).toEqual(['event-driven']);
  const said = (): number => under.logs.filter(({ text }) => text.includes('"RolloutUnreadable":1')).length;
  const before = said();
  await breakIt();
  await sleep(CACHE_MS + 50);
  expect(await cohorts()).toEqual(['event-driven']);
  await sleep(STALE_MS);
  expect(await cohorts()).toEqual(['polling']);
  expect(said()).toBeGreaterThanOrEqual(before + 2);
});

test('a rollback takes effect within the cache time, and requests in flight of both modes get their answers', async () => {
  await set(rolloutItem({ percent: 100 }));
  // A new execution environment polls until it has a wake socket.
  await eventually(async () => {
    await cohorts();
    expect(cohortLines().at(-1)?.members['mode']).toBe('direct');
  });
  const before = cohortLines().length;
  const inFlight = under.visit('/delay/1500');
  await eventually(async () => expect(await under.pendingRows()).toHaveLength(1));
  await expect(alarm(under)).resolves.toMatchObject({ kind: 'ok' });
  await sleep(CACHE_MS + 50);
  const polling = under.visit('/delay/300');
  expect((await inFlight).status).toBe(200);
  expect((await polling).status).toBe(200);
  const modes = () =>
    cohortLines()
      .slice(before)
      .map(({ members }) => members['mode'])
      .sort();
  await eventually(() => expect(modes()).toEqual(['direct', 'polling']));
  const [item] = await rollout();
  expect(item).toMatchObject({ percent: { N: '0' }, percentBefore: { N: '100' }, latched: { BOOL: true }, why: { S: 'a test' } });
});

test('an alarm that goes to OK does not cause a rollback', async () => {
  await set(rolloutItem({ percent: 100 }));
  await alarm(under, 'OK');
  expect((await rollout())[0]).toMatchObject({ percent: { N: '100' } });
});

test('sweep keeps the rollout item and its records, and emits the share as a metric', async () => {
  await set(rolloutItem({ percent: 100 }));
  await alarm(under);
  await set(rolloutItem({ percent: 25 }));
  const before = await rollout();
  expect(before.length).toBeGreaterThanOrEqual(2);
  under.cloud.services.schedules.fire(ruleOf(under.cloud, 'sweep-schedule-rule'));
  await eventually(() => expect(under.logs.some(({ text }) => text.includes('"RolloutPercent":25'))).toBe(true));
  await eventually(() => expect(under.logs.some(({ text }) => text.includes('"message":"swept"'))).toBe(true));
  expect(await rollout()).toEqual(before);
});

test('a request for the key of the rollout item as a tunnel gets 404', async () => {
  expect((await under.visit('/', {}, '%23rollout')).status).toBe(404);
});

/** The rollout item and its records. */
const rollout = async () =>
  (await under.cloud.services.dynamodb.scan(tableOf(under.cloud, 'tunnels')))
    .filter(({ tunnelId }) => JSON.stringify(tunnelId).includes('#rollout'))
    .sort((a, b) => JSON.stringify(a['tunnelId']).localeCompare(JSON.stringify(b['tunnelId'])));
