/** The purpose of a resource, by its address. The first matching pattern counts. Titles are headings of the summary. */
const PURPOSES: readonly (readonly [pattern: RegExp, title: string])[] = [
  [/\.visitor-(api|domain)/, 'The API for visitors'],
  [/\.streaming-door/, 'The streaming door for visitors'],
  [/\.agent-(gateway|domain)/, 'The API for agents'],
  [/\.wake-channel/, 'The wake channel, on which waiting functions listen'],
  [/\.response-(stream|bus)/, 'The return of an answer: stream, bus, wake'],
  [/\.sweep-schedule/, 'The sweep'],
  [/^aws_cloudwatch_(metric_alarm|composite_alarm|dashboard)|^aws_sns_|\.roll-?back|alarm/, 'Alarms, notifications and rollback'],
  [/^aws_(lambda_function|iam_role|iam_role_policy|cloudwatch_log_group)\./, 'Functions: code, identity, rights, logs'],
  [/^aws_(kms|ssm|secretsmanager)_/, 'Keys and secrets'],
  [/^aws_(dynamodb|s3)_/, 'Data'],
  [/^aws_(acm|route53)_|domain/, 'Names and certificates'],
];

export const OTHER = 'Other';

export const purposeOf = (address: string): string => PURPOSES.find(([pattern]) => pattern.test(address))?.[1] ?? OTHER;

/** Groups the items in the order of the table. Empty groups are left out. */
export function byPurpose<T extends { readonly address: string }>(items: readonly T[]): [title: string, items: T[]][] {
  const titles = [...new Set([...PURPOSES.map(([, title]) => title), OTHER])];
  return titles
    .map((title): [string, T[]] => [title, items.filter(({ address }) => purposeOf(address) === title)])
    .filter(([, group]) => group.length > 0);
}
