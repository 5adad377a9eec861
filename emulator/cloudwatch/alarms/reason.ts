import type { AlarmState } from '../../observations';
import { COMPARISONS } from '../../specs';
import { breaches, type AlarmRule, type AlarmVerdict } from './verdict';

/** Why an alarm has its state, in the wording of CloudWatch. @param timeOf start of the period of a data point */
export function reasonFor(
  rule: AlarmRule,
  { datapoints, filled }: AlarmVerdict,
  change: { readonly from: AlarmState; readonly to: AlarmState },
  timeOf: (age: number) => number,
): string {
  const { evaluationPeriods, datapointsToAlarm, threshold, comparison, treatMissingData } = rule;
  if (change.to === 'INSUFFICIENT_DATA') return `Insufficient Data: ${plural(filled, 'datapoint was', 'datapoints were')} unknown.`;
  const treated = `${plural(filled, 'missing datapoint was', 'missing datapoints were')} treated as [${TREATED[treatMissingData]}]`;
  if (datapoints.length === 0) {
    return `Threshold Crossed: no datapoints were received for ${plural(evaluationPeriods, 'period', 'periods')} and ${treated}.`;
  }
  const alarming = change.to === 'ALARM';
  const matching = datapoints.filter(({ value }) => breaches(rule, value) === alarming);
  const shown = (matching.length > 0 ? matching : datapoints).map(({ value, age }) => `${decimal(value)} (${day(timeOf(age))})`).join(', ');
  const needed = alarming ? datapointsToAlarm : evaluationPeriods - datapointsToAlarm + 1;
  const many = matching.length !== 1;
  return (
    `Threshold Crossed: ${matching.length} out of the last ${plural(evaluationPeriods, 'datapoint', 'datapoints')} [${shown}] ` +
    `${many ? 'were' : 'was'} ${alarming ? '' : 'not '}${COMPARISONS[comparison]} the threshold (${decimal(threshold)})` +
    `${filled > 0 ? `, ${treated}` : ''} (minimum ${plural(needed, 'datapoint', 'datapoints')} for ${change.from} -> ${change.to} transition).`
  );
}

const TREATED = { missing: 'Missing', ignore: 'Ignored', breaching: 'Breaching', notBreaching: 'NonBreaching' } as const;

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** `5` → `5.0` */
const decimal = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/** `04/08/26 12:36:15` */
function day(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  const [year = '', month, dayOfMonth] = date.split('-');
  return `${dayOfMonth}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}
