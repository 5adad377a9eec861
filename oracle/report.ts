import { isFaultless, type Judgement } from './known-faults';
import { REFUSALS } from './terraform-messages';

/** What was asked of which endpoint, and when. */
export interface Subject {
  readonly env: string;
  readonly endpoint: string;
  readonly startedAt: Date;
}

export interface Section {
  readonly title: string;
  /** Each item with a remark below it. */
  readonly items: readonly (readonly [item: string, remark?: string])[];
}

/** A policy is one attribute, and fills a page. */
const VALUE_LENGTH = 120;

/** Everything that did not go as the stack says. */
export function sectionsOf({ refusals, blocked, warnings, differences = [], remaining, unused, emulator }: Judgement): Section[] {
  const sections: Section[] = [
    ...(['apply', 'plan', 'destroy'] as const).map((step) => ({
      title: `Refused during ${step}`,
      items: refusals
        .filter((refusal) => refusal.step === step)
        .map(
          ({ address, kind, message, known }) => [`${address ?? 'the whole run'}: ${message}`, remark(known) ?? REFUSALS[kind]] as const,
        ),
    })),
    {
      title: 'Not tried, because they refer to a refused resource',
      items: [...blocked].map(([address, needed]) => [`${address}: refers to ${needed}`]),
    },
    {
      title: 'Differences in the second plan',
      items: differences.map((difference) => [differenceLine(difference), remark(difference.known)]),
    },
    { title: 'Warnings', items: warnings.map((warning) => [warning]) },
    { title: 'Still at the endpoint', items: remaining.map((address) => [address]) },
    {
      title: `Known faults of ${emulator} that did not show`,
      items: unused.map(({ resource, why, ...sign }) => [
        `${resource}, ${Object.entries(sign).flat().join(' ')}: ${why}`,
        'if the emulator has been mended, take this entry out of the file',
      ]),
    },
  ];
  return sections.filter(({ items }) => items.length > 0);
}

const remark = (known: string | undefined): string | undefined => (known === undefined ? undefined : `known: ${known}`);

/** The findings for a terminal: one section for each question, and the verdict in the last line. */
export const textReport = (subject: Subject, judgement: Judgement): string =>
  [
    `${subject.env} at ${subject.endpoint}: ${applied(judgement)} were applied.`,
    ...sectionsOf(judgement).map(({ title, items }) => `${title}:\n${items.map(textOf).join('\n')}`),
    `Second plan: ${secondPlan(judgement)}.`,
    `Visit: ${visitIn(judgement)}.`,
    verdict(judgement),
  ].join('\n\n');

const textOf = ([item, below]: Section['items'][number]): string => (below === undefined ? `  ${item}` : `  ${item}\n    ${below}`);

const differenceLine = ({
  address,
  action,
  attribute,
  endpoint,
  stack,
}: Pick<NonNullable<Judgement['differences']>[number], 'address' | 'action' | 'attribute' | 'endpoint' | 'stack'>): string =>
  attribute === undefined
    ? `${address}: ${action}`
    : `${address} ${attribute} (${action}): the endpoint has ${shortened(endpoint)}, the stack ${shortened(stack)}`;

const shortened = (value: string | undefined): string =>
  value === undefined ? 'a sensitive value' : value.length > VALUE_LENGTH ? `${value.slice(0, VALUE_LENGTH)}…` : value;

export const applied = (judgement: Judgement): string => `${judgement.applied.length} of ${judgement.resources.length} resources`;

export function secondPlan({ differences, applied: { length } }: Judgement): string {
  if (!differences) return 'there was none';
  if (differences.length === 0) return `no changes to the ${length} resources`;
  const known = differences.filter((difference) => difference.known !== undefined).length;
  return `${differences.length} difference${differences.length === 1 ? '' : 's'}, ${known === differences.length ? 'all' : known} known`;
}

export const visitIn = ({ visit }: Judgement): string =>
  visit.outcome === 'answered' ? `answered after ${Math.round(visit.waitedMs)} ms` : `${visit.outcome}, ${visit.reason}`;

/** One line that does not claim more than was seen. */
export function verdict(judgement: Judgement): string {
  const { interrupted, emulator, refusals, differences = [] } = judgement;
  if (interrupted) return 'The run was stopped: there is no verdict.';
  if (!isFaultless(judgement)) return 'The endpoint and the stack do not agree; docs/oracle.md says how to tell whose fault it is.';
  const unknown = judgement.resources.length - judgement.applied.length;
  if (refusals.length + differences.length === 0) return 'Everything was applied, planned without changes, and destroyed.';
  const missing = unknown === 0 ? '' : ` Nothing is known of the ${unknown} resources that were not applied.`;
  return `There were no faults but known ones of ${emulator}.${missing}`;
}

/** The findings as one JSON object. */
export const jsonReport = ({ startedAt, ...subject }: Subject, judgement: Judgement): string =>
  JSON.stringify({
    ...subject,
    startedAt: startedAt.toISOString(),
    ...judgement,
    blocked: Object.fromEntries(judgement.blocked),
    faultless: isFaultless(judgement),
  });
