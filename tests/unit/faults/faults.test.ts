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

test('a frame that no fault matches passes at once', () => {
  const { passed, send, active } = passing([{ name: 'it', on: 'frames', match: { api: 'agent-gateway' }, do: 'drop' }]);
  send('a');
  expect(passed).toEqual(['a']);
  expect(active.counts()).toEqual({ it: { matched: 0, struck: 0 } });
});

test('a match on a Terraform name finds a frame by physical name, ARN or Terraform name, but not by a similar name', () => {
  const { passed, send } = passing([{ name: 'it', on: 'frames', match: { api: 'wake-channel' }, do: 'drop' }]);
  send('by its address', 'http-tunnel-local-wake-channel');
  send('by its ARN', 'arn:wake-channel');
  send('whole', 'wake-channel');
  send('another that ends like it', 'http-tunnel-local-other-wake-channel');
  expect(passed).toEqual(['another that ends like it']);
});

test('a fault with "every": 3 strikes every third frame, and matches and strikes are counted', () => {
  const { passed, send, active } = passing([{ name: 'it', on: 'frames', do: 'drop', every: 3 }]);
  for (const what of ['1', '2', '3', '4', '5', '6', '7']) send(what);
  expect(passed).toEqual(['1', '2', '4', '5', '7']);
  expect(active.counts()).toEqual({ it: { matched: 7, struck: 2 } });
});

test('equal seeds strike the same frames, different seeds strike other frames, in about the given probability', () => {
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

test('frames that only another fault matches do not change which frames a fault strikes', () => {
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

test('a fault strikes from fromMs until untilMs after the start', async () => {
  const { passed, send, clock } = passing([{ name: 'it', on: 'frames', do: 'drop', fromMs: 1000, untilMs: 2000 }]);
  for (const at of [0, 999, 1000, 1999, 2000]) {
    await clock.advance(1_000_000 + at - clock.now());
    send(String(at));
  }
  expect(passed).toEqual(['0', '999', '2000']);
});

test('a switched fault strikes only between begin() and end()', () => {
  const { passed, send, active } = passing([{ name: 'it', on: 'frames', do: 'drop', switched: true }]);
  send('before');
  active.begin('it');
  send('during');
  active.end('it');
  send('after');
  expect(passed).toEqual(['before', 'after']);
});

test('begin() throws for a fault that the plan does not have', () => {
  const { active } = passing([{ name: 'it', on: 'frames', do: 'drop' }]);
  expect(() => active.begin('that')).toThrow('the fault plan has no fault "that"; the plan has it');
});

test('a delayed frame arrives after delayMs', async () => {
  const { passed, send, clock } = passing([{ name: 'it', on: 'frames', do: 'delay', delayMs: 300 }]);
  send('a');
  await clock.advance(299);
  expect(passed).toEqual([]);
  await clock.advance(1);
  expect(passed).toEqual(['a']);
});

test('a duplicated frame arrives twice', async () => {
  const { passed, send, clock } = passing([{ name: 'it', on: 'frames', do: 'duplicate' }]);
  send('a');
  await clock.advance(0);
  expect(passed).toEqual(['a', 'a']);
});

test('a reordered frame arrives after the next frame, or after a second if no frame follows', async () => {
  const { passed, send, clock } = passing([{ name: 'it', on: 'frames', do: 'reorder' }]);
  for (const what of ['1', '2', '3']) {
    send(what);
    await clock.advance(0);
  }
  expect(passed).toEqual(['2', '1']);
  await clock.advance(1000);
  expect(passed).toEqual(['2', '1', '3']);
});

test('each strike emits an event with the name of its fault', () => {
  const { active, send } = passing([{ name: 'it', on: 'frames', do: 'drop', every: 2 }]);
  const told: string[] = [];
  active.events.on('strike', ({ name }) => told.push(name));
  ['1', '2', '3', '4'].forEach((what) => send(what));
  expect(told).toEqual(['it', 'it']);
});
