import type { AlarmTransition } from '../../../emulator/observations';
import type { ExecutionEnvironment } from '../../../emulator/services';
import { Assignments } from '../../../rehearse/assignments';
import { RollBackWatch } from '../../../rehearse/roll-back-watch';
import type { RollbackTrigger } from '../../../functions/rollback-triggers';

const FAULT_AT = 10_000;

function watching(...seenBy: RollbackTrigger[]) {
  const history: AlarmTransition[] = [];
  const assignments = new Assignments();
  let rolledBackAt: number | undefined;
  const said: string[] = [];
  const watch = new RollBackWatch({
    alarms: { history: () => history },
    changes: { rolledBackAfter: () => rolledBackAt },
    assignments,
    faultAt: FAULT_AT,
    seenBy,
    onSeen: (what, ms) => said.push(`${what} ${ms}`),
  });
  return {
    watch,
    assignments,
    said,
    ring: (id: string, at: number, to: AlarmTransition['to'] = 'ALARM') =>
      history.push({ at, name: `http-tunnel-local-${id}`, from: 'OK', to, reason: '' }),
    rollBack: (at: number) => (rolledBackAt = at),
  };
}

test('alarmAt is the time of the first roll-back alarm after the fault, not of an earlier alarm or of a warning', () => {
  const { watch, ring } = watching('stream-lag');
  ring('stream-lag', FAULT_AT - 1);
  ring('stream-lag-warning', FAULT_AT + 1);
  ring('delivery-failures', FAULT_AT + 2, 'OK');
  watch.look(FAULT_AT + 3);
  expect(watch.alarmAt).toBeUndefined();
  ring('lost-answers', FAULT_AT + 4);
  ring('stream-lag', FAULT_AT + 9);
  watch.look(FAULT_AT + 9);
  expect([watch.alarmAt, watch.ownAlarmAt]).toEqual([FAULT_AT + 4, FAULT_AT + 9]);
});

test('allPollingAt is the time of the last event-driven request, once three seconds have passed without another', () => {
  const { watch, assignments, rollBack, said } = watching();
  assignments.begin('a', 'event-driven', FAULT_AT + 100);
  rollBack(FAULT_AT + 200);
  watch.look(FAULT_AT + 201);
  assignments.begin('b', 'event-driven', FAULT_AT + 600);
  assignments.begin('c', 'polling', FAULT_AT + 3000);
  watch.look(FAULT_AT + 3500);
  expect(watch.isOver).toBe(false);
  watch.look(FAULT_AT + 3600);
  expect(watch.allPollingAt).toBe(FAULT_AT + 600);
  expect(watch.isOver).toBe(true);
  expect(said).toEqual(['rolled back 200', 'all requests poll 600']);
});

test('the roll-back watch is not over before the expected alarm has reacted to the fault', () => {
  const { watch, rollBack, ring } = watching('stream-lag');
  ring('event-driven-error-rate', FAULT_AT + 100);
  rollBack(FAULT_AT + 200);
  watch.look(FAULT_AT + 201);
  watch.look(FAULT_AT + 4000);
  expect(watch.allPollingAt).toBe(FAULT_AT + 200);
  expect(watch.isOver).toBe(false);
  ring('stream-lag', FAULT_AT + 4001);
  watch.look(FAULT_AT + 4002);
  expect(watch.isOver).toBe(true);
});

test('stillOpen counts the requests that were in flight at the roll-back until they end', async () => {
  const { watch, assignments, rollBack } = watching('stream-lag');
  for (const [id, cohort] of [
    ['a', 'event-driven'],
    ['b', 'polling'],
    ['c', 'polling'],
  ] as const)
    assignments.begin(id, cohort, FAULT_AT);
  rollBack(FAULT_AT + 200);
  watch.look(FAULT_AT + 201);
  assignments.begin('later', 'polling', FAULT_AT + 300);
  expect(watch.inFlight).toEqual({ 'event-driven': 1, polling: 2 });
  expect(watch.stillOpen).toBe(3);
  await remove(assignments, 'b');
  expect(watch.stillOpen).toBe(2);
});

test('Assignments counts a row of forward-request as a request, and ignores the probe of sweep', async () => {
  const assignments = new Assignments();
  await call(assignments, 'forward-request', 'PutItem', {
    Item: { requestId: { S: 'r' }, mode: { S: 'polling' }, cohort: { S: 'event-driven' } },
  });
  await call(assignments, 'forward-request', 'PutItem', {
    Item: { requestId: { S: 's' }, mode: { S: 'polling' }, cohort: { S: 'polling' } },
  });
  await call(assignments, 'sweep', 'PutItem', { Item: { requestId: { S: 'probe' }, mode: { S: 'bus' } } });
  expect(assignments.inFlight()).toEqual({ 'event-driven': ['r'], polling: ['s'] });
  expect(assignments.between(0)).toEqual({ 'event-driven': 1, polling: 1 });
  await remove(assignments, 'r');
  expect(assignments.inFlight()).toEqual({ 'event-driven': [], polling: ['s'] });
});

test('Assignments counts a request with a ticket once, from its message to the agent until the end of its invocation', async () => {
  const assignments = new Assignments();
  const post = (message: object) => call(assignments, 'forward-request', 'ManageConnections', {}, { body: message, environment: 'e1' });
  await post({ type: 'http_request', request_id: 'with-a-row' });
  await post({ type: 'http_request', request_id: 'r', ticket: 'sealed' });
  await post({ type: 'answer_wanted', request_id: 'r' });
  await call(assignments, 'forward-request', 'PutItem', { Item: { requestId: { S: 'r' }, cohort: { S: 'event-driven' } } });
  expect(assignments.inFlight()).toEqual({ 'event-driven': ['r'], polling: [] });
  expect(assignments.between(0)).toEqual({ 'event-driven': 1, polling: 0 });
  assignments.onInvocation({ environmentId: 'e2' });
  expect(assignments.isOpen('r')).toBe(true);
  assignments.onInvocation({ environmentId: 'e1' });
  expect(assignments.isOpen('r')).toBe(false);
});

const remove = (assignments: Assignments, requestId: string) =>
  call(assignments, 'forward-request', 'DeleteItem', { Key: { requestId: { S: requestId } } });

function call(
  assignments: Assignments,
  name: string,
  operation: string,
  input: object,
  { body, environment = '' }: { body?: object; environment?: string } = {},
) {
  const caller = {
    accessKeyId: '',
    secretAccessKey: '',
    roleArn: '',
    functionName: `http-tunnel-local-${name}`,
    environment: { id: environment } as ExecutionEnvironment,
  };
  return assignments.intercept(
    {
      service: 'dynamodb',
      operation,
      caller,
      input: { TableName: 'http-tunnel-local-pending-requests', ...input },
      arrivedAt: 0,
      ...(body && { body: Buffer.from(JSON.stringify(body)) }),
    },
    async () => ({ status: 200, body: '' }),
  );
}
