import { execFile } from 'node:child_process';
import path from 'node:path';
import { rolloutTable } from '../../functions/aws/rollout-table';
import { rollBack } from '../../functions/core/roll-back';
import { connect } from '../../rollout/connect';
import { parseRolloutOptions, type RolloutOptions } from '../../rollout/options';
import { runRollout } from '../../rollout/run';
import { putRolloutItem } from '../support/put-rollout';
import { rolloutItem } from '../support/rollout-items';
import { startOperatorsAws, TUNNELS_TABLE } from '../support/operators-aws';

const ROOT = path.join(__dirname, '../..');
/** The initial settings of the environment. */
let responsePath = { percent: 0, useEventDriven: true };
let timing: { callMs?: number } = {};

const HOUR_MS = 3_600_000;

let aws: Awaited<ReturnType<typeof startOperatorsAws>>;
beforeEach(async () => {
  responsePath = { percent: 0, useEventDriven: true };
  timing = {};
  aws = await startOperatorsAws();
  aws.watch.alarms = [
    { name: 'http-tunnel-local-stream-lag', state: 'OK' },
    { name: 'http-tunnel-local-rollback', state: 'OK', isComposite: true },
    { name: 'http-tunnel-prod-rollback', state: 'ALARM', isComposite: true },
  ];
  aws.watch.totals = { 'ProbeReturned Sum': 3 };
});
afterEach(() => aws.close());

/** Runs a command as an operator would at a terminal. */
async function rollout(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const lines = { out: [] as string[], error: [] as string[] };
  const options = parseRolloutOptions(['--env', 'local', '--by', 'ann', ...args]) as RolloutOptions;
  const code = await runRollout(options, () => connect(options.env, options.timeFactor, { client: aws.client, responsePath, ...timing }), {
    out: (line) => lines.out.push(line),
    error: (line) => lines.error.push(line),
  });
  return { code, out: lines.out.join('\n'), error: lines.error.join('\n') };
}

const json = async (...args: string[]) => JSON.parse((await rollout('--json', ...args)).out) as Record<string, unknown>;
const store = () => rolloutTable(aws.db.documents, TUNNELS_TABLE);
const put = (more: Parameters<typeof rolloutItem>[0] | object) =>
  putRolloutItem(aws.db.documents, TUNNELS_TABLE, { ...rolloutItem(), ...more });
const item = async () => (await store().read()).item;
const records = async () =>
  (await aws.db.dynamodb.scan(TUNNELS_TABLE)).map(({ tunnelId }) => JSON.stringify(tunnelId)).filter((id) => id.includes('#rollout/'));

test('status reports the initial share of the environment while nothing has changed it', async () => {
  responsePath.percent = 40;
  await expect(json('status')).resolves.toMatchObject({
    environment: 'local',
    percent: 40,
    stage: 25,
    since: null,
    latched: false,
    isReadable: true,
    isWatched: true,
  });
});

test('next goes up one stage after each soak time, and records who did it and why', async () => {
  await rollout('set', '0', '--why', 'begin');
  for (const percent of [10, 25, 50, 100]) {
    await expect(json('next', '--why', `to ${percent}`)).resolves.toMatchObject({
      changed: true,
      percent,
      by: 'ann',
      why: `to ${percent}`,
    });
    await put({ ...(await item()), since: Date.now() - 49 * HOUR_MS });
  }
  expect(await rollout('next')).toMatchObject({
    code: 1,
    error: 'refused: 100 % is the last stage, and its soak time is over: the rollout is complete',
  });
  expect((await records()).length).toBeGreaterThanOrEqual(5);
});

test('next records response time, return time and error rate of both cohorts as the baseline, summed over all periods', async () => {
  aws.watch.totals = {
    'ResponseTime Sum polling': 60_000,
    'ResponseTime SampleCount polling': 200,
    'ReturnTime Sum polling': 19_600,
    'ReturnTime SampleCount polling': 196,
    'RequestErrors Sum polling': 4,
    'ResponseTime Sum event-driven': 20_000,
    'ResponseTime SampleCount event-driven': 100,
  };
  await put({ percent: 10, since: Date.now() - 3 * HOUR_MS });
  await rollout('next');
  expect(await item()).toMatchObject({
    percent: 25,
    baseline: { responseMs: 300, returnMs: 100, errorRate: 0.02, eventDriven: { responseMs: 200, errorRate: 0 } },
  });
  const { out } = await rollout('status');
  expect(out).toMatch(/^baseline +polling 300 ms \(100 ms to return\) and 2.00 % errors, event-driven 200 ms and 0.00 % errors until /m);
});

test('next keeps the old baseline when no request has polled', async () => {
  const baseline = { at: 1, responseMs: 300, errorRate: 0.02 };
  await put({ percent: 50, since: Date.now() - 25 * HOUR_MS, baseline });
  await rollout('next');
  expect(await item()).toMatchObject({ percent: 100, baseline });
});

test.each([
  [
    'an alarm of the environment is on',
    () => (aws.watch.alarms[0] = { name: 'http-tunnel-local-stream-lag', state: 'ALARM' }),
    'an alarm is on: http-tunnel-local-stream-lag',
  ],
  ['there is no alarm that would roll back', () => (aws.watch.alarms = []), 'the alarm that rolls back does not exist'],
  ['the soak time is not over', () => put({ percent: 10, since: Date.now() - HOUR_MS }), 'the soak time of this stage ends in 60 min'],
  [
    'no probe has come back at 0 %',
    () => put({ percent: 0, since: Date.now() - HOUR_MS }).then(() => (aws.watch.totals = {})),
    'no probe of sweep has returned',
  ],
])('next refuses while %s, in one line and without a change, unless it is forced', async (_, arrange, told) => {
  await put({ percent: 25, since: Date.now() - 9 * HOUR_MS });
  await arrange();
  const before = await item();
  const refused = await rollout('next');
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.error).toContain(told);
  expect(refused.error).not.toContain('\n');
  expect(await item()).toEqual(before);
  await expect(json('next')).resolves.toMatchObject({ changed: false, refused: true, obstacles: [{ canBeForced: true }] });
  expect((await rollout('next', '--force', '--why', 'a rehearsal')).code).toBe(0);
  expect((await item())?.overruled).toHaveLength(1);
});

test('after a rollback next and set are refused, even with --force, until resume restarts the rollout at 0 %', async () => {
  await put({ percent: 50, since: Date.now() - 99 * HOUR_MS });
  await rollBack(store(), { alarm: 'rollback', reason: 'errors', initialPercent: 0, now: Date.now, onRolledBack: () => undefined });
  for (const args of [['next'], ['set', '10', '--why', 'impatience'], ['next', '--force', '--why', 'impatience']]) {
    const { code, error } = await rollout(...args);
    expect(code).toBe(1);
    expect(error).toContain('only "resume --why …" opens the rollout again');
  }
  expect((await rollout('off', '--why', 'to be sure')).out).toBe('all requests poll already');
  await expect(json('resume', '--why', 'mended')).resolves.toMatchObject({ percentBefore: 0, percent: 0, latched: false });
  await expect(json('next')).resolves.toMatchObject({ changed: true, percent: 10 });
});

test('set and off lower the share without CloudWatch and without a soak time', async () => {
  aws.watch.isDown = true;
  await put({ percent: 100, since: Date.now() });
  expect((await rollout('set', '25', '--why', 'slower')).code).toBe(0);
  expect((await rollout('off', '--why', 'enough')).code).toBe(0);
  expect(await item()).toMatchObject({ percent: 0, percentBefore: 25, latched: false, why: 'enough' });
  expect(aws.watch.asked).toEqual([]);
});

test('off replaces an item that cannot be read, and next refuses to build on it', async () => {
  await put({ percent: 'all', since: 5 });
  expect((await rollout('next')).error).toContain('cannot be read');
  expect((await rollout('off', '--why', 'mend it')).code).toBe(0);
  expect(await item()).toMatchObject({ percent: 0, percentBefore: 0 });
});

test('when two operators run next at the same time, one succeeds and the other is told about it', async () => {
  await put({ percent: 10, since: Date.now() - 3 * HOUR_MS });
  const both = await Promise.all([rollout('next', '--by', 'ann'), rollout('next', '--by', 'bob')]);
  expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
  expect(both.map(({ error }) => error).join('')).toMatch(
    /set to 25 % by (ann|bob) \(the next stage\) in the meantime, so this command changed nothing|the soak time of this stage ends in/,
  );
  expect((await item())?.percent).toBe(25);
});

test('set refuses to skip a stage, and begins the soak time again when it sets the same share', async () => {
  await put({ percent: 10, since: Date.now() - 3 * HOUR_MS });
  expect((await rollout('set', '50', '--why', 'hurry')).error).toContain('the stage after 10 % is 25 %');
  await rollout('set', '10', '--why', 'longer');
  expect((await rollout('next')).error).toContain('the soak time of this stage ends in 2 h');
});

test('a refusal by AWS is reported in one line that says what to do', async () => {
  aws.watch.isDown = true;
  expect(await rollout('next')).toEqual({
    code: 1,
    out: '',
    error: 'AWS refuses the call: not allowed; use credentials that may operate local',
  });
});

const npmRun = (args: string[], environment: Record<string, string> = {}): Promise<{ code: number; stderr: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', ...environment };
    execFile(process.execPath, ['--import', 'tsx', 'rollout/main.ts', ...args], { cwd: ROOT, env }, (error, _, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr }),
    );
  });

test.each([
  ['an unknown environment', ['--env', 'prd', 'status'], 2, 'Allowed choices are dev, staging, prod, local'],
  ['a missing environment', ['status'], 2, '--env'],
  ['a share that is not a stage', ['--env', 'prod', 'set', '33'], 2, 'Stages are 0, 10, 25, 50, 100'],
  ['a missing reason', ['--env', 'prod', 'off'], 2, 'off needs a reason that is recorded'],
  ['a force without a reason', ['--env', 'prod', 'next', '--force'], 2, '--force needs a reason'],
  ['a time factor for prod', ['--env', 'prod', 'next', '--time-factor', '9'], 2, '--time-factor works only with --env local'],
  ['the lack of credentials', ['--env', 'prod', 'status'], 1, 'no valid AWS credentials were found'],
])('%s is reported in one line and with an exit code', async (_, args, code, told) => {
  const result = await npmRun(args);
  expect(result.code).toBe(code);
  expect(result.stderr).toContain(told);
  expect(result.stderr.trim()).not.toContain('\n');
});

test.each(['dynamodb', 'cloudwatch'] as const)(
  'a service that does not answer (%s) is reported in one line instead of waited for',
  async (service) => {
    await put({ percent: 100 });
    aws.watch.silent.add(service);
    timing = { callMs: 300 };
    const { code, error } = await rollout('next');
    expect(code).toBe(1);
    expect(error).toMatch(/^the local cloud does not answer \(.*\): see the rollout with status, then try again$/);
  },
);

test('off lowers the share while CloudWatch does not answer', async () => {
  await put({ percent: 100 });
  aws.watch.silent.add('cloudwatch');
  expect(await rollout('off', '--why', 'wakes are lost')).toMatchObject({ code: 0, error: '' });
  expect(await item()).toMatchObject({ percent: 0 });
});

test('a missing tunnels table is reported in one line that says what to do', async () => {
  expect((await rollout('--env', 'prod', 'status')).error).toBe(
    'the table http-tunnel-prod-tunnels does not exist in eu-central-1: deploy prod first, or use credentials of its account',
  );
});
