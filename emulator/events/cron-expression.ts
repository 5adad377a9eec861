/**
 * EventBridge's cron expressions, in UTC: minutes, hours, day of month, month, day of week, year.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * The parser accepts values, lists, ranges, steps, names, `*` and `?`. It refuses `L`, `W` and `#`.
 */

/** Says what is wrong with an expression. */
export class CronError extends Error {
  override readonly name = 'CronError';
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const LAST_YEAR = 2199;

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of the values from `min` on. */
  readonly names?: readonly string[];
}
const FIELDS: readonly Field[] = [
  { name: 'minutes', min: 0, max: 59 },
  { name: 'hours', min: 0, max: 23 },
  { name: 'day-of-month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day-of-week', min: 1, max: 7, names: DAYS },
  { name: 'year', min: 1970, max: LAST_YEAR },
];

/** The first moment after the given one, both in ms since the epoch; undefined when there is none. */
export type NextTime = (after: number) => number | undefined;

/** @param fields the text between the brackets of `cron(…)` @throws CronError */
export function compileCron(fields: string): NextTime {
  const texts = fields.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) {
    throw new CronError(`has ${texts.length} fields, not the six: ${FIELDS.map(({ name }) => name).join(' ')}`);
  }
  if ((texts[2] === '?') === (texts[4] === '?')) {
    throw new CronError('must have ? in exactly one of day-of-month and day-of-week');
  }
  const [minutes, hours, days, months, weekdays, years] = FIELDS.map((field, i) => valuesOf(texts[i] ?? '', field)) as [
    Values,
    Values,
    Values,
    Values,
    Values,
    Values,
  ];
  return (after) => {
    const time = new Date(after);
    time.setUTCSeconds(0, 0);
    time.setUTCMinutes(time.getUTCMinutes() + 1);
    while (time.getUTCFullYear() <= LAST_YEAR) {
      const isDay = days.has(time.getUTCDate()) && weekdays.has(time.getUTCDay() + 1);
      if (!years.has(time.getUTCFullYear())) time.setTime(Date.UTC(time.getUTCFullYear() + 1, 0));
      else if (!months.has(time.getUTCMonth() + 1)) time.setTime(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1));
      else if (!isDay) time.setUTCHours(24, 0);
      else if (!hours.has(time.getUTCHours())) time.setUTCHours(time.getUTCHours() + 1, 0);
      else if (!minutes.has(time.getUTCMinutes())) time.setUTCMinutes(time.getUTCMinutes() + 1);
      else return time.getTime();
    }
    return undefined;
  };
}

type Values = ReadonlySet<number>;

function valuesOf(text: string, field: Field): Values {
  return new Set(text.split(',').flatMap((part) => rangeOf(part, field)));
}

/** `*`, `?`, `5`, `MON`, `1-5`, `0/15`, `10-50/10` */
function rangeOf(part: string, field: Field): number[] {
  const found = /^(?:(?<all>[*?])|(?<from>\w+)(?:-(?<to>\w+))?)(?:\/(?<step>\d+))?$/.exec(part)?.groups;
  if (!found) throw unknownValue(part, field);
  const from = found['all'] ? field.min : valueOf(found['from'] ?? '', field);
  const isOpen = found['all'] !== undefined || (found['step'] !== undefined && found['to'] === undefined);
  const to = isOpen ? field.max : valueOf(found['to'] ?? found['from'] ?? '', field);
  const step = Number(found['step'] ?? 1);
  if (step === 0 || to < from) throw unknownValue(part, field);
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}

function valueOf(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? field.min + named : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= field.min && value <= field.max)) throw unknownValue(text, field);
  return value;
}

function unknownValue(text: string, { name, min, max }: Field): CronError {
  return new CronError(`has "${text}" in ${name}; use ${min} to ${max}, lists, ranges and steps (L, W and # are not known locally)`);
}
