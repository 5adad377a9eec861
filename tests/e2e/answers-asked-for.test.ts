import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../environments';
import type { Interceptor } from '../../emulator/services';
import { sumOfMetric } from '../support/emf';
import { eventually } from '../support/eventually';
import { MinimalAgent } from '../support/minimal-agent';
import { startTunnel, type CloudUnderTest } from '../support/tunnel';

/** A minute of an alarm takes two seconds. */
const TIME_FACTOR = 30;
const MINUTE_MS = 60_000 / TIME_FACTOR;
const ALARM = 'http-tunnel-local-answers-asked-for';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** @param askMs when a waiter asks first */
async function watched(askMs: number, intercept?: Interceptor): Promise<CloudUnderTest> {
  const environment = (same: Environment): Environment => ({
    ...same,
    alarms: { ...same.alarms, minimumRequests: 1 },
    timings: { ...same.timings, safetyReadMs: askMs },
  });
  const under = await startTunnel({
    mode: 'direct',
    watch: true,
    alarmTimeFactor: TIME_FACTOR,
    environment,
    ...(intercept && { intercept }),
  });
  cleanUps.push(() => under.close());
  return under;
}

/** Visitors that come again and again, so that each minute of the alarm has some of their requests. */
function keepVisiting(under: CloudUnderTest, paths: readonly (readonly [path: string, tunnel?: string])[]): void {
  let isOver = false;
  const visitors = paths.map(async ([path, tunnel]) => {
    while (!isOver) await under.visit(path, {}, tunnel);
  });
  cleanUps.push(() => {
    isOver = true;
    return Promise.all(visitors);
  });
}

const counted = (under: CloudUnderTest, metric: string): number => sumOfMetric(under.logs, metric);
const stateOf = ({ cloud }: CloudUnderTest): string | undefined => cloud.services.alarms.list().find(({ name }) => name === ALARM)?.state;
const wentOn = ({ cloud }: CloudUnderTest): string[] =>
  cloud.services.alarms
    .history()
    .filter(({ to }) => to === 'ALARM')
    .map(({ name }) => name);

/** Loses first wakes without a sound: their posts seem to succeed. The wake of an answer that was stored before arrives. */
class LossyWakes {
  isOn = false;
  wakeApi: string | undefined;
  /** Execution environments that have stored an answer and not posted it yet. */
  private readonly stored = new Set<string>();

  readonly intercept: Interceptor = async ({ operation, caller, input }, next) => {
    const id = caller.environment?.id ?? '';
    if (!caller.functionName.endsWith('receive-message')) return next();
    if (operation === 'PutItem') this.stored.add(id);
    const isLost = this.isOn && operation === 'ManageConnections' && input['apiId'] === this.wakeApi && !this.stored.delete(id);
    return isLost ? { status: 200, body: '' } : next();
  };
}

test('wakes that are lost without a sound set off answers-asked-for and no rollback, and the alarm is over when the losses end', async () => {
  const wakes = new LossyWakes();
  const under = await watched(300, wakes.intercept);
  wakes.wakeApi = under.cloud.services.spec.webSocketApis.find(({ address }) => address.endsWith('wake-channel'))?.apiId;
  await under.visit('/nonce/warm-up');
  wakes.isOn = true;
  keepVisiting(under, [['/nonce/1'], ['/nonce/2'], ['/nonce/3'], ['/nonce/4']]);
  await eventually(() => expect(stateOf(under)).toBe('ALARM'));
  expect(counted(under, 'AnswersAskedFor')).toBeGreaterThan(0);
  wakes.isOn = false;
  await eventually(() => expect(stateOf(under)).toBe('OK'));
  expect(wentOn(under)).not.toContain('http-tunnel-local-rollback');
  expect(under.logs.some(({ text }) => text.includes('"RolledBack"'))).toBe(false);
});

test('an agent that marks each of its answers as asked for does not set off answers-asked-for, among honest agents or alone', async () => {
  // So long that no answer takes as long, also on a busy machine.
  const under = await watched(15_000);
  const mallory = await MinimalAgent.connect(
    under.agentEndpoint,
    await under.token('mallory'),
    ({ request_id, ticket }, self) => self.answer(request_id, 'marked', 200, { ticket, again: true }),
    {},
    ['tickets'],
  );
  cleanUps.push(async () => mallory.vanish());
  await eventually(async () => expect((await under.visit('/', {}, mallory.tunnel.tunnel_id)).text).toBe('marked'));
  const before = counted(under, 'RepeatedAnswer');
  keepVisiting(under, [['/nonce/1'], ['/', mallory.tunnel.tunnel_id]]);
  await eventually(() => expect(counted(under, 'RepeatedAnswer') - before).toBeGreaterThan(20));
  await sleep(6 * MINUTE_MS);
  expect(wentOn(under)).not.toContain(ALARM);
  expect(wentOn(under)).not.toContain('http-tunnel-local-rollback');
  expect(counted(under, 'AnswersAskedFor')).toBe(0);
});
