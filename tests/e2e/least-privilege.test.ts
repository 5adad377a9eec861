import { parsePolicy, type Statement } from '../../emulator/iam/policy-document';
import { environments, functionsOf } from '../../environments';
import { AccessRecorder } from '../support/access-recorder';
import { rightsOf } from '../support/granted-rights';
import { grantsIn, isNeeded, isUsed } from '../support/grants';
import { environmentNames, stackOf } from '../support/infra-stack';
import { MODES, type CloudUnderTest } from '../support/tunnel';
import { useEverything } from '../support/whole-traffic';

/** Granted actions that no run of the local cloud uses, each with the reason. Some of them only other environments grant. */
const UNUSED: Readonly<Record<string, string>> = {
  'xray:PutTraceSegments': "X-Ray's daemon sends segments beside the function, by its role; the local cloud has no daemon and no traces",
  'kms:Decrypt': 'only where an environment has a key of its own, which the local one has not',
  'kms:GenerateDataKey': 'the same',
  'xray:PutTelemetryRecords': 'the same daemon, of itself',
};

const recorder = new AccessRecorder();
let iam: CloudUnderTest['cloud']['services']['iam'];
beforeAll(async () => {
  // The clouds run at the same time, because each one mostly waits for retries.
  const clouds = await Promise.all(MODES.map((mode) => useEverything(mode, recorder)));
  ({ iam } = (clouds.at(-1) as CloudUnderTest).cloud.services);
});

test('no call that functions and services make is denied', () => {
  expect(recorder.denied).toEqual([]);
  expect(recorder.allowed.length).toBeGreaterThan(30);
});

const unused = (statements: readonly Statement[]) =>
  grantsIn(statements).filter((grant) => !isUsed(grant, recorder.allowed) && !(grant.action in UNUSED));

test('every granted action is used on every granted resource, except actions that are listed with a reason', () => {
  expect(unused(iam.statements)).toEqual([]);
});

const needless = (statements: readonly Statement[], statementsFor: typeof iam.statementsFor) =>
  statements
    .filter(({ effect, actions }) => effect === 'Allow' && !actions.patterns.every((action) => action in UNUSED))
    .filter((statement) => !isNeeded(statement, recorder.allowed, statementsFor))
    .map(({ where }) => where);

test('every statement is needed: without it, a call that was made would be denied', () => {
  expect(needless(iam.statements, (...asked) => iam.statementsFor(...asked))).toEqual([]);
});

test('the check finds a right that is unused, and a right that another statement already grants', () => {
  const given = (action: string): Statement[] =>
    parsePolicy(
      { address: 'extra', document: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: action, Resource: '*' } } },
      'identity',
    );
  expect(unused(given('dynamodb:Query'))).toEqual([{ where: 'extra Statement[0]', action: 'dynamodb:Query', resource: '*' }]);
  const found = needless(iam.statements, (...asked) => [...iam.statementsFor(...asked), ...given('ssm:GetParameter')]);
  expect(found).toContain('aws_iam_role_policy.authorize-agent-policy.policy Statement[2]');
});

test('no statement that allows something uses NotAction or NotResource', () => {
  const negated = iam.statements.filter(({ effect, actions, resources }) => effect === 'Allow' && (actions.negated || resources.negated));
  expect(negated.map(({ where }) => where)).toEqual([]);
});

const actionOf = (right: string): string => right.split(' ')[0] ?? '';

test.each(environmentNames)(
  'the roles of %s grant no more than the local roles, except actions that are listed with a reason',
  (environment) => {
    const local = stackOf('local');
    for (const name of functionsOf(environments[environment])) {
      const shown = rightsOf(local, name);
      const more = rightsOf(stackOf(environment), name).filter((right) => !shown.includes(right) && !(actionOf(right) in UNUSED));
      expect({ name, more }).toEqual({ name, more: [] });
    }
  },
);

test('every action that is listed as unused is granted in some environment, and not used here', () => {
  const granted = environmentNames.flatMap((environment) =>
    functionsOf(environments[environment]).flatMap((name) => rightsOf(stackOf(environment), name)),
  );
  for (const action of Object.keys(UNUSED)) {
    const used = recorder.allowed.some(({ access }) => access.action === action);
    expect({ action, granted: granted.map(actionOf).includes(action), used }).toEqual({ action, granted: true, used: false });
  }
});
