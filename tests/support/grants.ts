/** Compares the rights that policies grant with the calls that were made. */
import { evaluate } from '../../emulator/iam/evaluate';
import type { AccessDecision, Iam } from '../../emulator/iam/iam';
import { actionMatches, resourceMatches } from '../../emulator/iam/matching';
import type { Statement } from '../../emulator/iam/policy-document';

/** One action on one resource, as a statement grants it. */
export interface Grant {
  readonly where: string;
  readonly action: string;
  readonly resource: string;
}

export const grantsIn = (statements: readonly Statement[]): Grant[] =>
  statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ where, actions, resources }) =>
      actions.patterns.flatMap((action) => resources.patterns.map((resource) => ({ where, action, resource }))),
    );

/** Whether this grant allowed one of the calls. */
export const isUsed = ({ where, action, resource }: Grant, done: readonly AccessDecision[]): boolean =>
  done.some(
    ({ access, decision }) =>
      decision.statements.some((statement) => statement.where === where) &&
      actionMatches(action, access.action) &&
      resourceMatches(resource, access.resource),
  );

/** Whether one of the calls would be denied without the statement. */
export const isNeeded = (removed: Statement, done: readonly AccessDecision[], statementsFor: Iam['statementsFor']): boolean =>
  done.some(({ caller, access }) => {
    const others = statementsFor(caller, access.resource).filter(({ where }) => where !== removed.where);
    return evaluate(access, others).effect !== 'allowed';
  });
