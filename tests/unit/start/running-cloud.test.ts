import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readRunningCloud, removeRunningCloud, writeRunningCloud, type RunningCloud } from '../../../local/running-cloud';

const directory = mkdtempSync(path.join(tmpdir(), 'running-cloud-'));
afterAll(() => rmSync(directory, { recursive: true }));
const FILE = path.join(directory, 'dist/local-cloud.json');
const CLOUD: RunningCloud = {
  endpoint: 'http://127.0.0.1:4566',
  region: 'eu-central-1',
  accessKeyId: 'AKIA',
  secretAccessKey: 'secret',
  environment: 'local',
  pid: process.pid,
  visitorUrl: 'http://127.0.0.1:8080',
  agentEndpoint: 'ws://127.0.0.1:8081/abc/v1',
};
afterEach(() => rmSync(FILE, { force: true }));

test('what one writes another reads, and nobody but its owner', () => {
  writeRunningCloud(CLOUD, FILE);
  expect(readRunningCloud(FILE)).toEqual(CLOUD);
  expect(statSync(FILE).mode & 0o777).toBe(0o600);
});

test('the console is there when there is one', () => {
  writeRunningCloud({ ...CLOUD, consoleUrl: 'http://127.0.0.1:8090' }, FILE);
  expect(readRunningCloud(FILE).consoleUrl).toBe('http://127.0.0.1:8090');
});

test.each<[string, () => void]>([
  ['no file', () => undefined],
  ['a file that is no JSON', () => writeFileSync(FILE, '{')],
  ['a file of something else', () => writeFileSync(FILE, '{"pid":1}')],
])('%s means that none runs, in one line that says what to do', (_, prepare) => {
  prepare();
  expect(() => readRunningCloud(FILE)).toThrow(/^no local cloud is running: start one with npm start, in another terminal$/);
});

test('a process that has ended is not taken for one that runs', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  writeRunningCloud({ ...CLOUD, pid: child.pid as number }, FILE);
  expect(() => readRunningCloud(FILE)).toThrow(`the local cloud of process ${child.pid} has ended: start one`);
});

test('a cloud removes its own file and no other', () => {
  writeRunningCloud(CLOUD, FILE);
  removeRunningCloud(process.pid + 1, FILE);
  expect(readRunningCloud(FILE)).toEqual(CLOUD);
  removeRunningCloud(process.pid, FILE);
  expect(() => readRunningCloud(FILE)).toThrow('no local cloud is running');
  expect(() => removeRunningCloud(process.pid, FILE)).not.toThrow();
});
