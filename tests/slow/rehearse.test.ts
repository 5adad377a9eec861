import { runForFigures } from '../support/run-for-figures';

test('a fault under load causes a rollback within five minutes, and no visitor gets an error', async () => {
  const args = ['rollback', '--scenario', 'wake-posts-fail', '--time-factor', '15', '--json'];
  const rehearsed = await runForFigures('a roll-back under load', 'rehearse/main.ts', args);
  if (!rehearsed) return;
  const { stdout, stderr } = rehearsed;
  const outcome = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, number>;
  expect(outcome).toEqual({
    scenario: 'wake-posts-fail',
    timeFactor: 15,
    visitorErrors: 0,
    lost: 0,
    unfinished: 0,
    secondsToAlarm: expect.any(Number),
    secondsToRollback: expect.any(Number),
    secondsToAllPolling: expect.any(Number),
  });
  expect(outcome['secondsToAlarm']).toBeLessThanOrEqual(outcome['secondsToRollback'] ?? 0);
  expect(outcome['secondsToRollback']).toBeLessThanOrEqual(outcome['secondsToAllPolling'] ?? 0);
  expect((outcome['secondsToAllPolling'] ?? Infinity) * 15).toBeLessThan(300);
  expect(stdout).toContain('Every target was met.');
  expect(stdout).toContain('http-tunnel-local-rollback ALARM');
  expect(stderr).toMatch(/the fault begins\n.*rolled back/s);
});
