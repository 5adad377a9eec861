import { RULES } from './rules';
import type { PolicyReport, RuleVerdict } from './verdict';

/** A report for people: problems grouped by rule, each group with the rule's sentence and remedy. */
export function policyText(report: PolicyReport): string {
  const count = (outcome: RuleVerdict['outcome']): number => report.verdicts.filter((verdict) => verdict.outcome === outcome).length;
  const environment = report.environment ?? 'unknown environment: the requirements of prod apply';
  const lines = [
    `${report.file} (${environment}): ${report.resources} resources, ${report.verdicts.length} verdicts, ` +
      `${count('violated')} violated, ${count('undecided')} undecided, ${count('suppressed')} suppressed`,
    ...sections(report, 'violated', '✗'),
    ...sections(report, 'undecided', '?'),
    ...sections(report, 'suppressed', '-'),
  ];
  for (const { rule, address, reason } of report.unusedSuppressions) {
    lines.push('', `✗ unused suppression of ${rule} for ${address} ("${reason}"): delete it from policy/suppressions.ts`);
  }
  return lines.join('\n');
}

function sections({ verdicts }: PolicyReport, outcome: RuleVerdict['outcome'], mark: string): string[] {
  return RULES.flatMap(({ id, publicIds = [], sentence, remedy }) => {
    const found = verdicts.filter((verdict) => verdict.rule === id && verdict.outcome === outcome);
    if (found.length === 0) return [];
    const name = publicIds.length === 0 ? id : `${id} (${publicIds.join(', ')})`;
    const state = outcome === 'violated' ? '' : ` ${outcome}`;
    return [
      '',
      `${mark} ${name}${state}: ${sentence}`,
      ...found.map(
        ({ address, problems, reason }) =>
          `    ${address}: ${problems.join('; ')}${reason === undefined ? '' : ` (suppressed: ${reason})`}`,
      ),
      ...(outcome === 'violated' ? [`  Remedy: ${remedy}`] : []),
      ...(outcome === 'undecided' ? ['  Remedy: also check the synthesized stack, in which references replace unknown values.'] : []),
    ];
  });
}
