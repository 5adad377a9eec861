import { checkPolicy } from '../../../policy/check-policy';
import { RULES } from '../../../policy/rules';
import { SUPPRESSIONS } from '../../../policy/suppressions';
import { readSynthesizedStack } from '../../../policy/terraform/read-synthesized-stack';
import type { PolicyReport } from '../../../policy/verdict';
import { environmentNames, stackOf } from '../../support/infra-stack';

const reports = new Map<string, PolicyReport>(
  environmentNames.map((name) => {
    const model = readSynthesizedStack(name, stackOf(name).json);
    return [name, checkPolicy(model, { today: new Date() })];
  }),
);

describe.each(environmentNames)('the stack of %s', (name) => {
  const verdicts = reports.get(name)?.verdicts ?? [];
  const withOutcome = (outcome: string): string[] =>
    verdicts.filter((verdict) => verdict.outcome === outcome).map(({ rule, address }) => `${rule}: ${address}`);

  it('violates no rule', () => {
    expect(withOutcome('violated')).toEqual([]);
  });

  it('is checked by the rules of its own environment, and no verdict is undecided', () => {
    expect(reports.get(name)?.environment).toBe(name);
    expect(withOutcome('undecided')).toEqual([]);
  });
});

describe('the suppressions', () => {
  it('name an existing rule, give a reason, and are each needed by a stack', () => {
    const ids = RULES.map(({ id }) => id);
    const needed = [...reports.values()].flatMap(({ verdicts }) => verdicts.map(({ rule, reason }) => `${rule}: ${reason}`));
    for (const { rule, reason } of SUPPRESSIONS) {
      expect(ids).toContain(rule);
      expect(reason).toMatch(/\S+ \S+ \S+/);
      // Only a plan shows whether the acknowledgement of a loss is still needed.
      if (rule !== 'stateful-loss') expect(needed).toContain(`${rule}: ${reason}`);
    }
    expect([...reports.values()].flatMap(({ unusedSuppressions }) => unusedSuppressions)).toEqual([]);
  });
});
