import { readFileSync } from 'node:fs';
import { shareOf } from '../../../emulator/lambda/cpu-budget';
import { tellsCpuTime } from '../../../emulator/lambda/process-cpu';
import { eventually } from '../../support/eventually';
import { startLambda, type LambdaFixture, type LambdaFixtureOptions } from '../../support/lambda-fixture';

/** Uses `ms` of CPU time in the invocation, and `INIT_MS` at init. Returns the CPU time and the wall time that it saw, in ms. */
const INIT_MS = 150;
const BURNS = `const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
  const burn = (ms) => { const began = performance.now(); const before = used(); while (used() - before < ms);
    return { cpuMs: used() - before, wallMs: performance.now() - began }; };
  const init = burn(${INIT_MS});
  exports.handler = async ({ ms = 0, pauseMs = 0 }) => {
    const seen = burn(ms);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    return { ...seen, init, pid: process.pid };
  };`;

interface Burnt {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly init: { readonly cpuMs: number; readonly wallMs: number };
  readonly pid: number;
}

let lambda: LambdaFixture;
afterEach(() => lambda.close());

async function start(memoryMb: number, options: LambdaFixtureOptions & { timeoutMs?: number } = {}): Promise<void> {
  const { timeoutMs, ...others } = options;
  const spec = { memoryMb, ...(timeoutMs !== undefined && { timeoutMs }) };
  lambda = await startLambda({ burns: { ...spec, files: { 'index.js': BURNS } } }, { cpuShare: true, ...others });
}

async function burn(payload: { ms?: number; pauseMs?: number }): Promise<Burnt> {
  const outcome = await lambda.invoke('burns', payload);
  if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
  return outcome.payload as Burnt;
}

/** The letter by which the kernel shows a process: \`T\` is stopped. */
const stateOf = (pid: number): string | undefined => /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

if (!tellsCpuTime()) {
  test('without CPU times of processes, a function has a whole core', async () => {
    await start(128);
    const { cpuMs, wallMs } = await burn({ ms: 100 });
    expect(cpuMs / wallMs).toBeGreaterThan(shareOf(128));
  });
} else {
  test.each([128, 256, 512, 1024])('an invocation with %i MB uses its share of a core, and its init is not limited', async (memoryMb) => {
    await start(memoryMb);
    const share = shareOf(memoryMb);
    const { cpuMs, wallMs, init } = await burn({ ms: 100 });
    await eventually(() => expect(lambda.records).toHaveLength(1));
    const [record] = lambda.records;
    console.error({memoryMb, share, got: cpuMs/wallMs, ratio: cpuMs/wallMs/share, init: init.cpuMs/init.wallMs, rec: record?.cpu, dur: record?.durationMs, exp: 100/share});
    expect(cpuMs / wallMs).toBeLessThanOrEqual(share * 1.25);
    expect((record?.cpu?.usedMs ?? 0) / (record?.durationMs ?? 1)).toBeLessThanOrEqual(share * 1.25);
  });
}
