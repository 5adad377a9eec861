import path from 'node:path';
import { againstTable } from '../../../bench/against/report';
import type { VersionFigures } from '../../../bench/against/against-bench';
import { loadCpuMs, unpack } from '../../../bench/against/bundle-load';
import { parseAgainstOptions } from '../../../bench/against/options';
import { TimeHistogram } from '../../../bench/histogram';
import { parseMemoryOptions } from '../../../bench/memory/options';
import { CommandLineError } from '../../../cli/command-line';
import { zipSync } from 'fflate';
import fs from 'node:fs';
import os from 'node:os';

const ROOT = path.join(__dirname, '../../..');

test('the directory of the other version is resolved', () => {
  expect(parseAgainstOptions([ROOT, '--visits', '10'])).toMatchObject({ other: ROOT, visits: 10, rounds: 5, warmUp: 75 });
});

test.each([
  ['bench:against', [], "missing required argument 'directory'", parseAgainstOptions],
  ['bench:against', ['nowhere'], 'There is no package.json in', parseAgainstOptions],
  ['bench:against', [ROOT, '--rounds', '0'], '--rounds', parseAgainstOptions],
  ['bench:memory', ['--other', '64'], '--other', parseMemoryOptions],
  ['bench:memory', ['512'], 'too many arguments', parseMemoryOptions],
])('%s refuses the arguments %j with one line that says why', (_program, args, reason, parse) => {
  expect(() => parse(args)).toThrow(CommandLineError);
  expect(() => parse(args)).toThrow(reason);
  expect(() => parse(args)).toThrow(/^[^\n]+$/);
});

test('the CPU time of loading a bundle is that of its own code, with the variables of its function', async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-against-'));
  const load = async (code: string): Promise<number> => {
    const zip = path.join(directory, 'f.zip');
    fs.writeFileSync(zip, zipSync({ 'index.js': Buffer.from(code) }));
    const unpacked = await unpack(zip, { NAME: 'value' });
    return loadCpuMs(unpacked, new AbortController().signal).finally(() => unpacked.remove());
  };
  try {
    const spin = 'for (const end = process.cpuUsage().user + 60_000; process.cpuUsage().user < end; );';
    const [idle, busy] = [
      await load("if (process.env.NAME !== 'value' || process.env.HOME) throw new Error('variables');"),
      await load(spin),
    ];
    expect(busy - idle).toBeGreaterThan(40);
    await expect(load("throw new Error('broken')")).rejects.toThrow('broken');
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
});

test('the table has figures a visit and their ratios, and no ratio where a figure is missing', () => {
  const figures = (factor: number): VersionFigures => {
    const times = new TimeHistogram();
    for (let i = 0; i < 10; i++) times.record(4 * factor);
    const cpuMs = { 'forward-request': 10 * factor, 'receive-message': 5 * factor };
    return { visits: 10, failures: 0, times, cpuMs, loadCpuMs: 30 * factor };
  };
  const options = { other: ROOT, visits: 10, rounds: 1, warmUp: 0 };
  const { rows } = againstTable({ options, seconds: 1, now: figures(1), before: figures(2) });
  expect(rows).toContainEqual(['CPU time of both functions, ms a visit', '1.50', '3.00', '0.50']);
  expect(rows).toContainEqual(['visits a second, one at a time', '250', '125', '2.00']);
  expect(rows).toContainEqual(['CPU time of loading both functions, ms', '30.0', '60.0', '0.50']);
  expect(rows).toContainEqual(['CPU time of the local cloud with its agent, ms a visit', '0.00', '0.00', '-']);
});
