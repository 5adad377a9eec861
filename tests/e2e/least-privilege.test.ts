import { evaluate } from '../../local/iam/evaluate';
import { actionMatches, resourceMatches } from '../../local/iam/matching';
import type { Statement } from '../../local/iam/policy-document';
import { AccessRecorder } from '../support/access-recorder';
import { MODES, type CloudUnderTest } from '../support/tunnel';
import { useEverything } from '../support/whole-traffic';

/** Granted actions that no run of the local cloud uses, with the reason. */
const UNUSED: Readonly<Record<string, string>> = {
  'xray:PutTraceSegments': "X-Ray's daemon sends segments beside the function, by its role; the local cloud has no daemon and no traces",
  'xray:PutTelemetryRecords': 'the same daemon, of itself',
};

const recorder = new AccessRecorder();
let tunnel: CloudUnderTest;
let statements: readonly Statement[];
beforeAll(async () => {
  for (const mode of MODES) tunnel = await useEverything(mode, recorder);
  statements = tunnel.cloud.services.iam.statements;
}, 120_000);

/** One action on one resource, as a statement grants it. */
interface Grant {
  readonly where: string;
  readonly action: string;
  readonly resource: string;
}

const grants = (): Grant[] =>
  statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ where, actions, resources }) =>
      actions.patterns.flatMap((action) => resources.patterns.map((resource) => ({ where, action, resource }))),
    );

const isUsed = ({ where, action, resource }: Grant): boolean =>
  recorder.allowed.some(
    ({ access, decision }) =>
      decision.statements.some((statement) => statement.where === where) &&
      actionMatches(action, access.action) &&
      resourceMatches(resource, access.resource),
  );

test('nothing that functions and services do is denied', () => {
  expect(recorder.denied).toEqual([]);
  expect(recorder.allowed.length).toBeGreaterThan(30);
});

test('statements allow exactly what they name, so that each can be told from the others', () => {
  const negated = statements.filter(({ effect, actions, resources }) => effect === 'Allow' && (actions.negated || resources.negated));
  expect(negated.map(({ where }) => where)).toEqual([]);
});

test('every granted action on every resource is used, but for those listed with a reason', () => {
  const unused = grants().filter((grant) => !isUsed(grant) && !(grant.action in UNUSED));
  expect(unused).toEqual([]);
});

test('what is listed as unused is granted, and unused', () => {
  for (const action of Object.keys(UNUSED)) {
    const listed = grants().filter((grant) => grant.action === action);
    expect({ action, granted: listed.length > 0, used: listed.some(isUsed) }).toEqual({ action, granted: true, used: false });
  }
});

test('without any one of the statements something that was done would be denied', () => {
  const { iam } = tunnel.cloud.services;
  const isNeeded = ({ where }: Statement): boolean =>
    recorder.allowed.some(({ caller, access }) => {
      const others = iam.statementsFor(caller, access.resource).filter((statement) => statement.where !== where);
      return evaluate(access, others).effect !== 'allowed';
    });
  const needless = statements.filter(
    (statement) => statement.effect === 'Allow' && !isNeeded(statement) && !statement.actions.patterns.every((action) => action in UNUSED),
  );
  expect(needless.map(({ where }) => where)).toEqual([]);
});
