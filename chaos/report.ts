import type { Table } from '../bench/report/tables';
import { markdownTable, textTable } from '../cli/text-table';
import type { JudgedPhase, LabResult } from './lab';
import { MARGIN_MS } from './lab';
import { happeningsOf } from './plan/plan';
import { DEADLINE_MS } from './world/environment';
import { madeOn } from '../bench/report/made-on';

const counts = (title: string, what: string, of: Readonly<Record<string, number>>): Table => ({
  title,
  header: [what, 'count'],
  rows: Object.entries(of).map(([name, n]) => [name, String(n)]),
});

const perSecond = ({ requests, loadMs }: JudgedPhase): string => (requests / (loadMs / 1000)).toFixed(1);

function tablesOf({ figures, phases, counted }: LabResult): Table[] {
  const { requests, slowestMs, lost, crossed, twice, leftover, streams } = figures;
  const answered = requests - Object.values(figures.errors).reduce((sum, n) => sum + n, 0);
  return [
    {
      title: 'Figures',
      header: ['', ''],
      rows: [
        ['requests', String(requests)],
        ['visitors with their own answer', String(answered)],
        ['slowest', `${slowestMs} ms`],
        ['lost', String(lost)],
        ['crossed', String(crossed)],
        ['twice', String(twice)],
        ['left over', String(leftover)],
      ],
    },
    {
      title: 'Modes',
      header: ['mode', 'requests', 'visitors a second', 'broken promises'],
      rows: phases.map((phase) => [phase.mode, String(phase.requests), perSecond(phase), String(phase.findings.length)]),
    },
    {
      title: 'Streams',
      header: ['', ''],
      rows: [
        ['visits at the streaming door', String(streams.visits)],
        ...Object.entries(streams.cut).map(([reason, n]) => [`cut (${reason})`, String(n)]),
        ['visitors who went away', String(streams.left)],
        ['longest time from leaving to the end of the waiter', `${streams.waitedOnMs} ms`],
      ],
    },
    counts('Errors by code', 'what the visitor got', figures.errors),
    counts('Faults by kind', 'fault', figures.faults),
    counts('Answers that were not simply delivered', 'metric', counted),
  ];
}

/** The tables for a terminal. */
export const textReport = (result: LabResult): string =>
  tablesOf(result)
    .map(({ title, header, rows }) => `${title}\n\n${textTable(header, rows)}`)
    .join('\n\n');

/** The report as a document. */
export function markdownReport(result: LabResult): string {
  const { figures, plan, startedAt, seconds } = result;
  const { length } = plan.phases.flatMap(({ happenings }) => happenings);
  const sections = [
    '# What visitors get while everything fails that can fail',
    [
      `${figures.requests} visitors' requests to the local cloud, in the modes ${plan.phases.map(({ mode }) => `\`${mode}\``).join(', ')}, one local cloud after the other, while ${length} faults and other happenings of the plan of seed ${figures.seed} came and went. [ADR 0040](../adr/0040-a-fault-lab-judges-a-recorded-history.md) explains what is counted, and [the fault lab](../operations.md#the-fault-lab) how it works. The deadline was ${DEADLINE_MS / 1000} s; an answer counted as late after ${MARGIN_MS / 1000} s more.`,
      madeOn({ startedAt, seconds }),
    ].join('\n\n'),
    ...tablesOf(result).map(({ title, header, rows }) => `## ${title}\n\n${markdownTable(header, rows)}`),
    '`wrong-answer` is what the hostile agent says to its own visitors; any other wrong answer is crossed. `left` are visitors who went away early. A fault of the emulator counts how often it struck; everything else (agents, attacks, the rollout) counts how often it happened.',
    `## How to repeat this run\n\n\`npm run chaos -- --requests ${figures.requests} --seed ${figures.seed}\``,
  ];
  return `${sections.join('\n\n')}\n`;
}

/** One line for the end: what was kept, or what was broken. */
export function verdict({ figures, plan }: LabResult): string {
  const { requests, lost, crossed, twice, leftover } = figures;
  const sum = lost + crossed + twice + leftover;
  const what = `${requests} requests and ${happeningsOf(plan)} happenings, seed ${figures.seed}`;
  return sum === 0
    ? `Every promise was kept: ${what}.`
    : `Promises were broken: ${lost} lost, ${crossed} crossed, ${twice} twice, ${leftover} left over; ${what}.`;
}
