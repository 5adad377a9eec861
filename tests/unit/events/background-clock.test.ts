import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { backgroundClock } from '../../../emulator/background-clock';

test('sleep() ends after its time, or at once if its signal is aborted before or during the sleep', async () => {
  const began = backgroundClock.now();
  await backgroundClock.sleep(30);
  expect(backgroundClock.now() - began).toBeGreaterThanOrEqual(30);

  const abort = new AbortController();
  const sleeping = backgroundClock.sleep(60_000, abort.signal);
  abort.abort();
  await sleeping;
  await backgroundClock.sleep(60_000, abort.signal);
  // Far less than a minute has passed.
  expect(backgroundClock.now() - began).toBeLessThan(60_000);
});

test('fifty sleeps with one signal do not keep a process alive and cause no memory leak warning', () => {
  const load = (name: string): string => `require(${JSON.stringify(path.resolve(`emulator/${name}.ts`))})`;
  const program = `
    const { backgroundClock } = ${load('background-clock')};
    const { signal } = ${load('closing-controller')}.closingController();
    for (let i = 0; i < 50; i++) void backgroundClock.sleep(60_000, signal);`;
  const args = ['--import', 'tsx', '--eval', program];
  const { status, signal, stderr } = spawnSync(process.execPath, args, { timeout: 120_000, encoding: 'utf8' });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
});
