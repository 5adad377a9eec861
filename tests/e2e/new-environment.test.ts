import { AWS_LIMITS } from '../../emulator/limits';
import type { AlarmTransition } from '../../emulator/observations';
import { eventually } from '../support/eventually';
import { ruleOf, startCloud, type CloudUnderTest } from '../support/tunnel';

/** A minute of an alarm takes a second. */
const TIME_FACTOR = 60;
/** A probe twice in each of these seconds. */
const PROBE_MS = 500;
const HOUR_MS = 3_600_000;

interface NewEnvironment extends CloudUnderTest {
  readonly alarms: readonly AlarmTransition[];
  readonly logged: (text: string) => boolean;
}

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Every test boots a cloud of its own, because it is about the time after the first start. */
async function newEnvironment(startDelayMs: number, probeGraceMs: number): Promise<NewEnvironment> {
  const under = await startCloud({
    mode: 'direct',
    watch: true,
    alarmTimeFactor: TIME_FACTOR,
    limits: { stream: { ...AWS_LIMITS.stream, startDelayMs } },
    environment: (same) => ({ ...same, timings: { ...same.timings, probeGraceMs } }),
  });
  cleanUps.push(() => under.close());
  const { schedules, alarms } = under.cloud.services;
  const transitions: AlarmTransition[] = [];
  alarms.events.on('transition', (transition) => transitions.push(transition));
  const probing = setInterval(() => schedules.fire(ruleOf(under.cloud, 'sweep-schedule-rule')), PROBE_MS);
  cleanUps.push(async () => clearInterval(probing));
  return { ...under, alarms: transitions, logged: (text) => under.logs.some((line) => line.text.includes(text)) };
}

/** Alarms on lags and durations, in which a busy machine shows. They are no triggers of a rollback. */
const SPEED = /-(stream-lag-warning|function-duration)$/;

const namesOf = (transitions: readonly AlarmTransition[]): string[] =>
  transitions.filter(({ name, to }) => to === 'ALARM' && !SPEED.test(name)).map(({ name }) => name);

test('a mapping that begins to read minutes after the first start sets off no alarm, and leaves nothing in a queue', async () => {
  // Six periods of the alarm probe-missing, which needs two.
  const { cloud, alarms, logged } = await newEnvironment(6000, HOUR_MS);
  await eventually(() => expect(logged('"ProbeReturned":1')).toBe(true));
  expect(namesOf(alarms)).toEqual([]);
  expect(logged('"ProbeExpected"')).toBe(false);
  const { queues, spec } = cloud.services;
  expect(spec.queues.flatMap(({ arn }) => queues.messages(arn))).toEqual([]);
});

test('a mapping that never reads sets off probe-missing after the grace, and rolls back', async () => {
  const { alarms, logged } = await newEnvironment(HOUR_MS, 4000);
  await eventually(() => expect(logged('"RolledBack":1')).toBe(true));
  expect(logged('"ProbeReturned"')).toBe(false);
  expect(namesOf(alarms)).toEqual(['http-tunnel-local-probe-missing', 'http-tunnel-local-rollback']);
});
