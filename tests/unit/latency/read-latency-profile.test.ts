import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseBenchOptions, type BenchOptions } from '../../../bench/options';
import { latencyCaveat, latencyTable, underLatencies } from '../../../bench/report/latency-words';
import { AWS_LATENCY } from '../../../emulator/latency/aws-latency';
import { AWS_PROFILE, latencyOf, NO_LATENCY } from '../../../emulator/latency/latency-profile';
import { readLatencyProfile } from '../../../emulator/latency/read-latency-profile';
import { parseStartOptions, type StartOptions } from '../../../local/start/start-options';

const MEASURED = { medianMs: 9, p99Ms: 41, basis: 'measured', source: 'npm run probe, 7 samples' } as const;

let directory: string;
beforeAll(() => (directory = mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-test-'))));
afterAll(() => rmSync(directory, { recursive: true }));

function file(content: unknown, name = 'dev.json'): string {
  const written = path.join(directory, name);
  writeFileSync(written, typeof content === 'string' ? content : JSON.stringify(content));
  return written;
}

test('a profile in a file replaces the figures that it has, and the built-in profile gives the others', () => {
  const profile = readLatencyProfile(file({ PutEvents: MEASURED }));
  expect(profile).toMatchObject({ name: 'dev', figures: { ...AWS_LATENCY, PutEvents: MEASURED } });
  expect(latencyOf(profile, 1)?.('PutEvents')).not.toBe(latencyOf(AWS_PROFILE, 1)?.('PutEvents'));
});

test('other operations draw the same latencies under a profile from a file as under the built-in profile', () => {
  const profile = readLatencyProfile(file({ PutEvents: MEASURED }));
  expect(latencyOf(profile, 3)?.('cold start')).toBe(latencyOf(AWS_PROFILE, 3)?.('cold start'));
});

test('a function has its share of a core under the profile aws, and under a profile in a file that says so', () => {
  const shares = (content: object): boolean => readLatencyProfile(file(content)).cpuShare;
  expect([AWS_PROFILE.cpuShare, NO_LATENCY.cpuShare]).toEqual([true, false]);
  expect([shares({ PutEvents: MEASURED }), shares({ cpuShare: false }), shares({ cpuShare: true })]).toEqual([false, false, true]);
  expect(readLatencyProfile(file({ cpuShare: true })).figures).toEqual(AWS_LATENCY);
});

test('the built-in profiles are chosen by their names', () => {
  expect(readLatencyProfile('aws')).toBe(AWS_PROFILE);
  expect(readLatencyProfile('none')).toBe(NO_LATENCY);
});

test.each([
  [
    'a figure without a source',
    { PutEvents: { ...MEASURED, source: '' } },
    /"PutEvents: source" must say where the figure comes from; npm run probe/,
  ],
  ['an unknown operation', { Teleport: MEASURED }, /"Teleport" is no operation of a profile, which are gateway to function, /],
  ['a negative median', { PutEvents: { ...MEASURED, medianMs: -1 } }, /"PutEvents: medianMs" must be a number of ms above 0;/],
  ['a median as text', { PutEvents: { ...MEASURED, medianMs: '9' } }, /"PutEvents: medianMs" must be a number of ms;/],
  ['a p99 below the median', { PutEvents: { ...MEASURED, p99Ms: 8 } }, /"PutEvents: p99Ms" must not be below medianMs;/],
  ['an unknown basis', { PutEvents: { ...MEASURED, basis: 'guessed' } }, /"PutEvents: basis" must be one of documented, measured, /],
  [
    'a field that figures do not have',
    { PutEvents: { ...MEASURED, mean: 8 } },
    /"PutEvents: mean" is wrong: a figure has exactly the fields/,
  ],
  [
    'a figure without a median',
    { PutEvents: { ...MEASURED, medianMs: undefined } },
    /"PutEvents: medianMs" is wrong: a figure has exactly/,
  ],
  ['a share that is no boolean', { cpuShare: 0.5 }, /"cpuShare" must be true or false; npm run probe/],
  ['a number', 7, /the profile must be a JSON object with a figure for each operation; npm run probe/],
  ['no JSON', '{', /the latency profile is not JSON \(.*\); npm run probe -- --profile writes such a file/],
])('a latency profile with %s is refused in one line that names the file and the field', (_what, content, message) => {
  const written = file(content, 'wrong.json');
  expect(() => readLatencyProfile(written)).toThrow(message);
  expect(() => readLatencyProfile(written)).toThrow(/^[^\n]*wrong\.json: [^\n]*$/);
});

test('a file with the name of a built-in profile is refused, because its report would replace the report of that profile', () => {
  const written = file({ PutEvents: MEASURED }, 'aws.json');
  expect(() => readLatencyProfile(written)).toThrow(/"aws" is the built-in profile; rename the file$/);
});

test('bench and npm start take a profile from a file, and say why they refuse one', () => {
  const written = file({ PutEvents: MEASURED });
  expect((parseBenchOptions(['--latency', written]) as BenchOptions).latency.figures?.PutEvents).toEqual(MEASURED);
  expect((parseStartOptions(['--latency', written]) as StartOptions).latency.name).toBe('dev');
  expect(() => parseBenchOptions(['--latency', 'mars'])).toThrow(
    /mars: the latency profile cannot be read \(ENOENT\); give none, aws, or the path of a JSON file; see npm run bench -- --help$/,
  );
});

test("a report names the profile, and shows every figure's basis and source", () => {
  const profile = readLatencyProfile(file({ PutEvents: MEASURED }));
  expect(underLatencies(profile)).toBe('under the latencies of the profile dev');
  expect(latencyCaveat(profile)).toContain(`of whose ${Object.keys(AWS_LATENCY).length} figures 1 were measured`);
  expect(latencyTable(profile.figures ?? AWS_LATENCY)).toMatch(/\| PutEvents \|\s+9 \|\s+41 \| measured\s*\| npm run probe, 7 samples/);
});
