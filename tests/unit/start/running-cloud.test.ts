import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readRunningCloud, removeRunningCloud, writeRunningCloud, type RunningCloud } from '../../../local/running-cloud';

const directory = mkdtempSync(path.join(tmpdir(), 'running-cloud-'));
afterAll(() => rmSync(directory, { recursive: true }));
const FILE = path.join(directory, 'dist/local-cloud.json');
const writeFile = (content: string): void => {
  mkdirSync(path.dirname(FILE), { recursive: true });
  writeFileSync(FILE, content);
};
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

test('the file of a running cloud can be read back, and has access rights only for its owner', () => {
  writeRunningCloud(CLOUD, FILE);
  expect(readRunningCloud(FILE)).toEqual(CLOUD);
  expect(statSync(FILE).mode & 0o777).toBe(0o600);
});

test('the file of a running cloud has the URL of the console if there is a console', () => {
  writeRunningCloud({ ...CLOUD, consoleUrl: 'http://127.0.0.1:8090' }, FILE);
  expect(readRunningCloud(FILE).consoleUrl).toBe('http://127.0.0.1:8090');
});

test.each<[string, () => void]>([
  ['no file', () => undefined],
  ['a file that is no JSON', () => writeFile('{')],
  ['a file with other content', () => writeFile('{"pid":1}')],
])('%s means that no local cloud is running, and the error says how to start a local cloud', (_, prepare) => {
  prepare();
  expect(() => readRunningCloud(FILE)).toThrow(/^no local cloud is running: start one with npm start, in another terminal$/);
});

test('the file of a process that has ended causes an error that says so', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  writeRunningCloud({ ...CLOUD, pid: child.pid as number }, FILE);
  expect(() => readRunningCloud(FILE)).toThrow(`the local cloud of process ${child.pid} has ended: start a new one`);
});

test('a local cloud removes only its own file', () => {
  writeRunningCloud(CLOUD, FILE);
  removeRunningCloud(process.pid + 1, FILE);
  expect(readRunningCloud(FILE)).toEqual(CLOUD);
  removeRunningCloud(process.pid, FILE);
  expect(() => readRunningCloud(FILE)).toThrow('no local cloud is running');
  expect(() => removeRunningCloud(process.pid, FILE)).not.toThrow();
});
