/** `npm run probe` beside `npm start`, as two terminals run them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { readLatencyProfile } from '../../emulator/latency/read-latency-profile';
import { readRunningCloud } from '../../local/running-cloud';
import { eventually } from '../support/eventually';
import { living, NpmStart } from '../support/npm-start';

const ROOT = path.join(__dirname, '../..');
const directory = mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-probe-'));

let start: NpmStart;
beforeAll(async () => {
  start = NpmStart.run(['--', '--json', '--http-port', '0']);
  await start.ready();
});
afterAll(async () => {
  start.ctrlC();
  await start.ended();
  rmSync(directory, { recursive: true, force: true });
});

interface Run {
  readonly npm: ChildProcess;
  stdout: string;
  stderr: string;
}

/** Runs the probe in a process group of its own, as a terminal does. */
function probe(...args: string[]): Run {
  const npm = spawn('npm', ['--silent', 'run', 'probe', '--', ...args], { cwd: ROOT, detached: true });
  const run: Run = { npm, stdout: '', stderr: '' };
  npm.stdout.on('data', (data: Buffer) => (run.stdout += data.toString()));
  npm.stderr.on('data', (data: Buffer) => (run.stderr += data.toString()));
  return run;
}

/** The connections of the probe's agents that the local cloud knows. */
async function connectionsOfProbes(): Promise<string[]> {
  const { endpoint, region, accessKeyId, secretAccessKey } = readRunningCloud();
  const dynamodb = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: 'http-tunnel-local-tunnels' }));
  dynamodb.destroy();
  const row = Items.find(({ tunnelId }) => tunnelId?.S === '#connections/probe') ?? {};
  return Object.keys(row).filter((name) => name.startsWith('e:'));
}

test('the probe ends with 0, and writes a profile that the benchmarks take, a report, and JSON in the last line', async () => {
  const [profile, report] = [path.join(directory, 'local.json'), path.join(directory, 'local.md')];
  const run = probe('--visits', '10', '--profile', profile, '--markdown', report, '--json');
  const [code] = (await once(run.npm, 'close')) as [number];
  expect(run.stderr).toMatch(/^ *\d+ s {2}connecting an agent to ws:.*\n[^]* s {2}10 of 10 visits\n[^]* assumed of the wake socket\n$/);
  expect(run.stdout).toMatch(/\n(\d+) of \1 assumptions hold, 0 do not; \d+ of 14 latencies were measured\.\n/);
  expect(code).toBe(0);

  const { figures } = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '') as { figures: Record<string, { basis: string }> };
  expect(figures['DynamoDB read']?.basis).toBe('measured');
  expect(readLatencyProfile(profile)).toMatchObject({ name: 'local', figures, file: profile });
  expect(readFileSync(report, 'utf8')).toMatch(
    /^# What was measured of local\n[^]*## Latencies\n[^]*\| DynamoDB read \|[^]*## Assumptions\n/,
  );
});

test('Ctrl-C during a probe leaves no process and no connection', async () => {
  const run = probe('--visits', '1000');
  await eventually(() => expect(run.stderr).toContain('sending 1000 visits'));
  await eventually(async () => expect(await connectionsOfProbes()).toHaveLength(1));
  const pid = run.npm.pid as number;
  process.kill(-pid, 'SIGINT');
  await once(run.npm, 'close');
  expect(await living([pid])).toEqual([]);
  await eventually(async () => expect(await connectionsOfProbes()).toEqual([]));
});
