import { validateFaultPlan } from '../../../emulator/faults/fault-plan';
import { faultHooks } from '../../../emulator/faults/fault-hooks';
import { Faults } from '../../../emulator/faults/faults';
import type { AwsCall } from '../../../emulator/services';
import { ResourceNames } from '../../../emulator/terraform/resource-names';

test('a call that fails after it was performed has its effect, and its caller gets the error of the plan', async () => {
  const plan = validateFaultPlan(
    {
      faults: [{ name: 'it', on: 'calls', match: { operation: 'PutItem' }, do: 'fail-after', error: { status: 503, code: 'Unavailable' } }],
    },
    'test',
  );
  const { intercept } = faultHooks(new Faults(plan, new ResourceNames({})), { spec: { webSocketApis: [] }, kill: () => undefined });
  const call = { service: 'dynamodb', operation: 'PutItem', caller: { functionName: 'f' }, input: {} } as unknown as AwsCall;
  let performed = 0;
  const perform = async () => ({ status: 200, body: String(++performed) });
  await expect(intercept?.(call, perform)).rejects.toMatchObject({ status: 503, code: 'Unavailable' });
  expect(performed).toBe(1);
  await expect(intercept?.({ ...call, operation: 'GetItem' }, perform)).resolves.toMatchObject({ status: 200 });
});
