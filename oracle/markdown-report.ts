import { markdownTable } from '../cli/text-table';
import type { Judgement } from './known-faults';
import { applied, secondPlan, sectionsOf, verdict, visitIn, type Section, type Subject } from './report';

/** The report as a document. */
export function markdownReport({ env, startedAt }: Subject, judgement: Judgement): string {
  const { versions, emulator, remaining } = judgement;
  const sections = [
    `# The stack \`${env}\` at ${emulator ?? 'an emulator without a list of known faults'}`,
    `Made by \`npm run oracle\` on ${startedAt.toISOString().slice(0, 10)}, with Terraform ${versions.terraform} and the AWS provider ${versions.provider}.`,
    [
      `- **Apply**: ${applied(judgement)}`,
      `- **Second plan**: ${secondPlan(judgement)}`,
      `- **Visit**: ${visitIn(judgement)}`,
      `- **Destroy**: ${remaining.length === 0 ? 'nothing remains' : `${remaining.length} of the stack remain`}`,
    ].join('\n'),
    verdict(judgement),
    ...sectionsOf(judgement).map(({ title, items }) => `## ${title}\n\n${items.map(listed).join('\n')}`),
    `## Resources by type\n\n${byType(judgement)}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

const listed = ([item, remark]: Section['items'][number]): string =>
  `- \`${item.replaceAll('`', "'")}\`${remark === undefined ? '' : `\n  ${remark}`}`;

function byType({ resources, applied: done }: Judgement): string {
  const types = [...new Set(resources.map(typeOf))].sort();
  const countIn = (addresses: readonly string[], type: string): string =>
    String(addresses.filter((address) => typeOf(address) === type).length);
  return markdownTable(
    ['type', 'in the stack', 'applied'],
    types.map((type) => [`\`${type}\``, countIn(resources, type), countIn(done, type)]),
  );
}

const typeOf = (address: string): string => address.split('.')[0] ?? '';
