import { FaultRounds } from '../../../emulator/faults/fault-rounds';
import { validateFaultPlan, type FaultPlanInput } from '../../../emulator/faults/fault-plan';
import { Faults } from '../../../emulator/faults/faults';
import { ResourceNames } from '../../../emulator/terraform/resource-names';
import { VirtualClock } from '../../support/virtual-clock';

/** Runs rounds over two connections of each API; `struck` has what was struck, in order. */
function rounds(fault: Omit<FaultPlanInput['faults'][number], 'name' | 'on'>) {
  const clock = new VirtualClock();
  const plan = validateFaultPlan({ faults: [{ name: 'it', on: 'connections', ...fault }] }, 'test');
  const faults = new Faults(plan, new ResourceNames({}), clock);
  const struck: string[] = [];
  const targets = () =>
    ['agent-gateway', 'wake-channel'].flatMap((api) =>
      [1, 2].map((i) => ({ subject: { api }, strike: ({ do: act }: { do: string }) => void struck.push(`${act} ${api} ${i}`) })),
    );
  const running = new FaultRounds({ faults, place: 'connections', targets, clock });
  running.start();
  return { clock, faults, struck, running };
}

test('a fault on connections strikes every matching connection at its interval, while it is on', async () => {
  const { clock, faults, struck, running } = rounds({ match: { api: 'wake-channel' }, do: 'kill', everyMs: 100, switched: true });
  await clock.advance(250);
  expect(struck).toEqual([]);
  faults.begin('it');
  await clock.advance(100);
  expect(struck).toEqual(['kill wake-channel 1', 'kill wake-channel 2']);
  faults.end('it');
  await clock.advance(1000);
  expect(struck).toHaveLength(2);
  await running.close();
});

test('a fault on connections with "every": 3 strikes every third connection that it comes to', async () => {
  const { clock, struck, running } = rounds({ do: 'close', everyMs: 100, every: 3 });
  await clock.advance(300);
  expect(struck).toEqual(['close wake-channel 1', 'close agent-gateway 2', 'close agent-gateway 1', 'close wake-channel 2']);
  await running.close();
});

test('closed rounds strike nothing any more', async () => {
  const { clock, struck, running } = rounds({ do: 'close', everyMs: 100 });
  await running.close();
  await clock.advance(1000);
  expect(struck).toEqual([]);
});
