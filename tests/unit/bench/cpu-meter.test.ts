import { CpuMeter } from '../../../bench/cpu-meter';
import type { InvocationRecord } from '../../../emulator/lambda/invocation';
import type { ExecutionEnvironment } from '../../../emulator/services';
import { tellsCpuTime } from '../../../emulator/lambda/process-cpu';

const FUNCTION = 'http-tunnel-local-receive-message';

/** This process stands for the only environment. */
const meter = (): CpuMeter => new CpuMeter({ environments: () => [{ pid: process.pid, functionName: FUNCTION } as ExecutionEnvironment] });

function burn(ms: number): void {
  const used = (): number => process.cpuUsage().user / 1000;
  for (const from = used(); used() - from < ms;);
}

const stopped = (stoppedMs: number): InvocationRecord => ({ functionName: FUNCTION, cpu: { usedMs: 1, stoppedMs } }) as InvocationRecord;

(tellsCpuTime() ? test : test.skip)('CPU time counts while the meter is on', () => {
  const cpu = meter();
  burn(50);
  cpu.start();
  burn(20);
  cpu.stop();
  expect(cpu.byFunction['receive-message']).toBeGreaterThanOrEqual(18);
  const before = cpu.byFunction['receive-message'];
  burn(50);
  expect(cpu.byFunction['receive-message']).toBe(before);
  cpu.reset();
  expect(cpu.byFunction).toEqual({});
});

test('the time for which environments were stopped for their share counts while the meter is on', () => {
  const cpu = meter();
  cpu.onInvocation(stopped(100));
  cpu.start();
  cpu.onInvocation(stopped(7));
  cpu.onInvocation(stopped(5));
  cpu.onInvocation({ functionName: FUNCTION } as InvocationRecord);
  cpu.stop();
  cpu.onInvocation(stopped(100));
  expect(cpu.stoppedByFunction).toEqual({ 'receive-message': 12 });
  cpu.reset();
  expect(cpu.stoppedByFunction).toEqual({});
});
