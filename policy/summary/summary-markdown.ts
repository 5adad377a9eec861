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
    short ? ["_The resources one by one are left out here: the run's summary has them._"] : details(summary),
    moved.length > 0 ? ['### Moved, and not touched', '', ...moved.map((move) => `- ${move}`)] : [],
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
    const twin = renamedTo === undefined ? '' : `; \`${renamedTo}\` is new with the same name: a \`moved\` block keeps it`;
    return `> | \`${address}\` | ${what}${why}${twin} | ${lost === undefined ? 'nothing: it can be made again' : `**${lost}**`} |`;
  });
  return [`> [!CAUTION]`, `> **${title}**`, '>', '> | Resource | would be | What is lost |', '> |---|---|---|', ...rows];
}

function rights({ rights: all }: PlanSummary): string[] {
  if (all.length === 0) return [];
  const lines = all.flatMap(({ holder, kind, added, removed }) => [
    `- \`${holder}\` ${kind === 'may' ? '' : `(who ${kind === 'lets in' ? 'it lets in' : 'may take it on'})`}`.trimEnd(),
    ...added.map((phrase) => `  - ➕ ${phrase}`),
    ...removed.map((phrase) => `  - ➖ ${phrase}`),
  ]);
  return [`### Rights`, '', ...lines];
}

function costs({ costs: all }: PlanSummary): string[] {
  if (all.length === 0) return [];
  const rows = all.map(({ type, created, removed, settings, billedBy, source }) => {
    const counts = [created > 0 ? `${created} new` : '', removed > 0 ? `${removed} less` : ''].filter(Boolean).join(', ');
    return `| \`${type}\` | ${[counts, ...settings].filter(Boolean).join('<br>')} | ${billedBy} ([source](${source})) |`;
  });
  return ['### What it costs', '', '| | | Billed by |', '|---|---|---|', ...rows];
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
    path === 'source_code_hash' ? '  - the code is another one' : `  - ${code(path)}: ${code(before)} → ${code(after)}`,
  );
  return [`- ${described(address, reason)}`, ...(changes.length > 0 ? changes : [`  - ${silentChange(address)}`])];
}

const silentChange = (address: string): string =>
  address.startsWith('aws_iam_') || address.includes('_policy.')
    ? 'only what is listed under rights'
    : 'nothing that a plan shows: a write-only or computed value';

const groupLines = ([title, group]: [string, SummarizedResource[]]): string[] => [
  '',
  `**${title}** (${group.length})`,
  '',
  ...group.map(({ address, reason }) => `- ${described(address, reason)}`),
];

const described = (address: string, reason: string | undefined): string =>
  `\`${address}\`: ${reason ?? '⚠️ no reason is written for it (modules/addresses.ts)'}`;

const code = (text: string): string => (text.startsWith('(') ? text : `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``);
