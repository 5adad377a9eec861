import { validateFaultPlan, type FaultPlanInput } from '../../../emulator/faults/fault-plan';
import { Faults } from '../../../emulator/faults/faults';
import { ResourceNames } from '../../../emulator/terraform/resource-names';
import { VirtualClock } from '../../support/virtual-clock';

type Fault = FaultPlanInput['faults'][number];

const CHANNEL = { address: 'aws_sqs_queue.wake-channel', name: 'http-tunnel-local-wake-channel', arn: 'arn:wake-channel', url: '' };

/** Sends frames through a plan's `frames` faults; `passed` has the frames that came through, in their order. */
function passing(faults: readonly Fault[], seed = 1) {
  const clock = new VirtualClock();
  const active = new Faults(validateFaultPlan({ seed, faults }, 'test'), new ResourceNames({ queues: [CHANNEL] }), clock);
  const passed: string[] = [];
  const send = (what: string, api = 'http-tunnel-local-wake-channel'): void =>
    void active.pass(
      'frames',
      { api, direction: 'to-client' },
      async () => void passed.push(what),
      () => ({ drop: async () => undefined }),
    );
  return { clock, active, passed, send };
}

const hundred = Array.from({ length: 100 }, (_, i) => String(i));

test('what no fault matches passes at once', () => {
  const { passed, send, active } = passing([{ name: 'it', on: 'frames', match: { api: 'agent-gateway' }, do: 'drop' }]);
  send('a');
  expect(passed).toEqual(['a']);
  expect(active.counts()).toEqual({ it: { matched: 0, struck: 0 } });
});

test('a name is the one in the Terraform or the physical one, and never a part of another', () => {
  const { passed, send } = passing([{ name: 'it', on: 'frames', match: { api: 'wake-channel' }, do: 'drop' }]);
  send('by its address', 'http-tunnel-local-wake-channel');
  send('by its ARN', 'arn:wake-channel');
  send('whole', 'wake-channel');
  send('another that ends like it', 'http-tunnel-local-other-wake-channel');
  expect(passed).toEqual(['another that ends like it']);
});

test('every third is every third, and both are counted', () => {
  const { passed, send, active } = passing([{ name: 'it', on: 'frames', do: 'drop', every: 3 }]);
  for (const what of ['1', '2', '3', '4', '5', '6', '7']) send(what);
  expect(passed).toEqual(['1', '2', '4', '5', '7']);
  expect(active.counts()).toEqual({ it: { matched: 7, struck: 2 } });
});

test('the same seed strikes the same ones, another seed others, in about the share that was asked for', () => {
  const survivors = (seed: number): string[] => {
    const { passed, send } = passing([{ name: 'it', on: 'frames', do: 'drop', probability: 0.5 }], seed);
    hundred.forEach((what) => send(what));
    return passed;
  };
  expect(survivors(7)).toEqual(survivors(7));
  expect(survivors(7)).not.toEqual(survivors(8));
  expect(survivors(7).length).toBeGreaterThan(30);
  expect(survivors(7).length).toBeLessThan(70);
});

test('what another fault matches does not change whom a fault strikes', () => {
  const half: Fault = { name: 'half', on: 'frames', match: { api: 'wake-channel' }, do: 'drop', probability: 0.5 };
  const alone = passing([half]);
  const beside = passing([half, { name: 'other', on: 'frames', match: { api: 'agent-gateway' }, do: 'drop', probability: 0.5 }]);
  hundred.forEach((what) => {
    alone.send(what);
    beside.send('x', 'agent-gateway');
    beside.send(what);
  });
  expect(beside.passed.filter((what) => what !== 'x')).toEqual(alone.passed);
});

test('from and until are times since the start', async () => {
  const { passed, send, clock } = passing([{ name: 'it', on: 'frames', do: 'drop', fromMs: 1000, untilMs: 2000 }]);
  for (const at of [0, 999, 1000, 1999, 2000]) {
    await clock.advance(1_000_000 + at - clock.now());
    send(String(at));
  }
  expect(passed).toEqual(['0', '999', '2000']);
});

test('a switched fault is off until it is begun, and off again when it is ended', () => {
  const { passed, send, active } = passing([{ name: 'it', on: 'frames', do: 'drop', switched: true }]);
  send('before');
  active.begin('it');
  send('during');
  active.end('it');
  send('after');
  expect(passed).toEqual(['before', 'after']);
});

test('a fault that the plan does not have cannot be switched', () => {
  const { active } = passing([{ name: 'it', on: 'frames', do: 'drop' }]);
  expect(() => active.begin('that')).toThrow('the fault plan has no fault "that"; it has it');
});

test('what is delayed comes later and whole', async () => {
  const { passed, send, clock } = passing([{ name: 'it', on: 'frames', do: 'delay', delayMs: 300 }]);
  send('a');
  await clock.advance(299);
  expect(passed).toEqual([]);
  await clock.advance(1);
  expect(passed).toEqual(['a']);
});

test('what is duplicated comes twice', async () => {
  const { passed, send, clock } = passing([{ name: 'it', on: 'frames', do: 'duplicate' }]);
  send('a');
  await clock.advance(0);
  expect(passed).toEqual(['a', 'a']);
});

test('what is reordered is overtaken by the next one, or goes after a second', async () => {
  const { passed, send, clock } = passing([{ name: 'it', on: 'frames', do: 'reorder' }]);
  for (const what of ['1', '2', '3']) {
    send(what);
    await clock.advance(0);
  }
  expect(passed).toEqual(['2', '1']);
  await clock.advance(1000);
  expect(passed).toEqual(['2', '1', '3']);
});

test('each strike is told, by the name of its fault', () => {
  const { active, send } = passing([{ name: 'it', on: 'frames', do: 'drop', every: 2 }]);
  const told: string[] = [];
  active.events.on('strike', ({ name }) => told.push(name));
  ['1', '2', '3', '4'].forEach((what) => send(what));
  expect(told).toEqual(['it', 'it']);
});
