import { differencesIn, stateOf, type SecondPlan } from '../../../oracle/plan-differences';

type Change = NonNullable<SecondPlan['resource_changes']>[number]['change'];

const QUEUE = 'aws_sqs_queue.failures';
const plan = (change: Change): SecondPlan => ({ resource_changes: [{ address: QUEUE, change }] });
const NOTHING_EXPECTED: ReadonlySet<string> = new Set();
const differences = (change: Change) =>
  differencesIn(plan(change), NOTHING_EXPECTED).map(({ attribute, endpoint, stack }) => [attribute, endpoint, stack]);

test('a plan without changes has no differences', () => {
  expect(differences({ actions: ['no-op'], before: { a: 1 }, after: { a: 1 } })).toEqual([]);
  expect(differencesIn({}, NOTHING_EXPECTED)).toEqual([]);
});

test('each changed attribute is named by its path, with what the endpoint has and what the stack says', () => {
  const before = { name: 'q', tags: { owner: 'a' }, environment: [{ mode: 'bus' }], list: [1] };
  const after = { name: 'q', tags: { owner: 'b', more: 'c' }, environment: [{ mode: 'direct' }], list: [1, 2] };
  expect(differencesIn(plan({ actions: ['update'], before, after }), NOTHING_EXPECTED)).toEqual([
    { address: QUEUE, action: 'update', attribute: 'environment[0].mode', endpoint: '"bus"', stack: '"direct"' },
    { address: QUEUE, action: 'update', attribute: 'list', endpoint: '[1]', stack: '[1,2]' },
    { address: QUEUE, action: 'update', attribute: 'tags.more', endpoint: 'null', stack: '"c"' },
    { address: QUEUE, action: 'update', attribute: 'tags.owner', endpoint: '"a"', stack: '"b"' },
  ]);
});

test('an attribute that is known only after the apply is a difference', () => {
  const change = { actions: ['update'], before: { version: 1, block: [{ id: 'a' }] }, after: { block: [{}] } };
  expect(differences({ ...change, after_unknown: { version: true, block: [{ id: true }] } })).toEqual([
    ['block[0].id', '"a"', 'known after apply'],
    ['version', '1', 'known after apply'],
  ]);
});

test('a value is not shown when Terraform marks it as sensitive', () => {
  const change = { actions: ['update'], before: { value: 'old', block: [{ key: 'k' }] }, after: { value: 'new', block: [{ key: 'l' }] } };
  expect(differences({ ...change, before_sensitive: { value: true }, after_sensitive: { block: [{ key: true }] } })).toEqual([
    ['block[0].key', undefined, undefined],
    ['value', undefined, undefined],
  ]);
});

test('a resource that the endpoint has lost is a difference as a whole, unless it was never there', () => {
  const lost = plan({ actions: ['create'], before: null, after: { name: 'q' } });
  expect(differencesIn(lost, NOTHING_EXPECTED)).toEqual([
    { address: QUEUE, action: 'create', attribute: undefined, endpoint: undefined, stack: undefined },
  ]);
  expect(differencesIn(lost, new Set([QUEUE]))).toEqual([]);
});

test('a resource that would be replaced says so', () => {
  const change = { actions: ['delete', 'create'], before: { name: 'a' }, after: { name: 'b' } };
  expect(differencesIn(plan(change), NOTHING_EXPECTED)).toMatchObject([{ action: 'delete, create', attribute: 'name' }]);
});

test('the state is what the endpoint returned', () => {
  const resources = [{ address: QUEUE, values: { name: 'q' } }];
  expect(stateOf({ prior_state: { values: { root_module: { resources } } } })).toEqual(resources);
  expect(stateOf({})).toEqual([]);
});
