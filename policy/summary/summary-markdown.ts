import { byPurpose } from './purposes';
import type { PlanSummary, SummarizedResource } from './summarize-plan';

/** Marks the comment, so a later run finds and replaces it and a pull request has only one. */
export const MARKER = '<!-- http-tunnel plan -->';

export interface MarkdownOptions {
  /** Leaves out the list of single resources. Losses, rights and costs stay. */
  readonly short?: boolean;
}

/** A plan as a comment for people. The most dangerous changes come first. */
export function summaryMarkdown(summary: PlanSummary, { short = false }: MarkdownOptions = {}): string {
  const { counts, outputs, moved } = summary;
  const sections = [
    [`## Plan for \`${summary.environment}\``],
    [
      `**${counts.create} to create, ${counts.update} to change, ${counts.replace} to replace, ${counts.delete} to destroy.**` +
        (isQuiet(summary) ? ' Nothing would change.' : ''),
    ],
    losses(summary),
    rights(summary),
    costs(summary),
    short ? ['_The single resources are left out here. The summary of the workflow run lists them._'] : details(summary),
    moved.length > 0 ? ['### Moved without any other change', '', ...moved.map((move) => `- ${move}`)] : [],
    outputs.length > 0 ? [`### Outputs`, '', outputs.map((output) => `\`${output}\``).join(', ')] : [],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

const isQuiet = ({ counts }: PlanSummary): boolean => Object.values(counts).every((count) => count === 0);

function losses({ losses: all }: PlanSummary): string[] {
  if (all.length === 0) return [];
  const stateful = all.filter(({ lost }) => lost !== undefined);
  const title =
    stateful.length > 0
      ? `🛑 DATA WOULD BE LOST: ${stateful.length} of ${all.length} resources to destroy or replace hold state`
      : `${all.length} ${all.length === 1 ? 'resource' : 'resources'} would be destroyed or replaced; none of them holds data`;
  const rows = [...stateful, ...all.filter(({ lost }) => lost === undefined)].map(({ address, action, lost, because, renamedTo }) => {
    const what = action === 'delete' ? '**destroyed**' : '**replaced**';
    const why = because.length > 0 ? ` because of ${because.map(code).join(', ')}` : '';
    const twin = renamedTo === undefined ? '' : `; \`${renamedTo}\` is new and has the same name: a \`moved\` block keeps the old resource`;
    return `> | \`${address}\` | ${what}${why}${twin} | ${lost === undefined ? 'nothing: Terraform can recreate it' : `**${lost}**`} |`;
  });
  return [`> [!CAUTION]`, `> **${title}**`, '>', '> | Resource | would be | What is lost |', '> |---|---|---|', ...rows];
}

function rights({ rights: all }: PlanSummary): string[] {
  if (all.length === 0) return [];
  const lines = all.flatMap(({ holder, kind, added, removed }) => [
    `- \`${holder}\` ${kind === 'may' ? '' : `(who ${kind === 'lets in' ? 'may use it' : 'may assume it'})`}`.trimEnd(),
    ...added.map((phrase) => `  - ➕ ${phrase}`),
    ...removed.map((phrase) => `  - ➖ ${phrase}`),
  ]);
  return [`### Rights`, '', ...lines];
}

function costs({ costs: all }: PlanSummary): string[] {
  if (all.length === 0) return [];
  const rows = all.map(({ type, created, removed, settings, billedBy, source }) => {
    const counts = [created > 0 ? `${created} new` : '', removed > 0 ? `${removed} removed` : ''].filter(Boolean).join(', ');
    return `| \`${type}\` | ${[counts, ...settings].filter(Boolean).join('<br>')} | ${billedBy} ([source](${source})) |`;
  });
  return ['### Costs', '', '| | | Billed by |', '|---|---|---|', ...rows];
}

function details({ resources }: PlanSummary): string[] {
  const changed = resources.filter(({ action }) => action === 'update' || action === 'replace');
  const created = resources.filter(({ action }) => action === 'create');
  return [
    ...(changed.length > 0 ? ['### Settings that change', '', ...changed.flatMap(settingLines)] : []),
    ...(changed.length > 0 && created.length > 0 ? [''] : []),
    ...(created.length > 0 ? ['### New', ...byPurpose(created).flatMap(groupLines)] : []),
  ];
}

function settingLines({ address, reason, settings }: SummarizedResource): string[] {
  const changes = settings.map(({ path, before, after }) =>
    path === 'source_code_hash' ? '  - the code changes' : `  - ${code(path)}: ${code(before)} → ${code(after)}`,
  );
  return [`- ${described(address, reason)}`, ...(changes.length > 0 ? changes : [`  - ${silentChange(address)}`])];
}

const silentChange = (address: string): string =>
  address.startsWith('aws_iam_') || address.includes('_policy.')
    ? 'only the rights that are listed under "Rights"'
    : 'a value that the plan does not show (write-only or computed)';

const groupLines = ([title, group]: [string, SummarizedResource[]]): string[] => [
  '',
  `**${title}** (${group.length})`,
  '',
  ...group.map(({ address, reason }) => `- ${described(address, reason)}`),
];

const described = (address: string, reason: string | undefined): string =>
  `\`${address}\`: ${reason ?? '⚠️ modules/addresses.ts gives no reason for this resource'}`;

const code = (text: string): string => (text.startsWith('(') ? text : `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``);
