import { ALARM_STATES } from '../../observations';
import { AwsError } from '../../services';
import type { Alarm } from '../alarms/alarm';
import type { HistoryItem } from '../alarms/alarm-history';
import { describeAlarm } from '../alarms/describe-alarm';
import { page } from './paging';
import { number, oneOf, onlyKnown, text, texts, time, type Input } from './parameters';

const TYPES = { MetricAlarm: 'metric', CompositeAlarm: 'composite' } as const;
type AlarmType = keyof typeof TYPES;
const TYPE_NAMES = Object.keys(TYPES) as AlarmType[];
const MAX_RECORDS = 100;
const DEFAULT_RECORDS = 50;

/**
 * If no types are given, the default is metric alarms:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
 */
const typesIn = (input: Input): readonly string[] =>
  (texts(input, 'AlarmTypes') ?? ['MetricAlarm']).map((type) => TYPES[oneOf(type, 'AlarmTypes', TYPE_NAMES)]);

const recordsIn = (input: Input): number => number(input, 'MaxRecords', DEFAULT_RECORDS, [1, MAX_RECORDS]);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
export function describeAlarms(input: Input, alarms: readonly Alarm[]): object {
  onlyKnown(input, ['AlarmNames', 'AlarmNamePrefix', 'AlarmTypes', 'StateValue', 'ActionPrefix', 'MaxRecords', 'NextToken']);
  const [names, prefix, action] = [texts(input, 'AlarmNames'), text(input, 'AlarmNamePrefix'), text(input, 'ActionPrefix')];
  if (names && prefix !== undefined) {
    throw new AwsError(400, 'InvalidParameterCombinationException', 'AlarmNames and AlarmNamePrefix cannot be used together.');
  }
  const types = typesIn(input);
  const state = text(input, 'StateValue');
  if (state !== undefined) oneOf(state, 'StateValue', ALARM_STATES);
  const found = alarms.filter(
    ({ spec, standing }) =>
      types.includes(spec.kind) &&
      (!names || names.includes(spec.name)) &&
      spec.name.startsWith(prefix ?? '') &&
      (state === undefined || standing.state === state) &&
      (action === undefined ||
        Object.values(spec.actions)
          .flat()
          .some((arn) => arn.startsWith(action))),
  );
  const { items, NextToken } = page(found, input, recordsIn(input));
  const ofKind = (kind: string): object[] => items.filter(({ spec }) => spec.kind === kind).map(describeAlarm);
  return { MetricAlarms: ofKind('metric'), CompositeAlarms: ofKind('composite'), NextToken };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html */
export function describeAlarmHistory(input: Input, items: readonly HistoryItem[]): object {
  onlyKnown(input, ['AlarmName', 'AlarmTypes', 'HistoryItemType', 'StartDate', 'EndDate', 'ScanBy', 'MaxRecords', 'NextToken']);
  const [name, type] = [text(input, 'AlarmName'), text(input, 'HistoryItemType')];
  const [from, to] = [time(input, 'StartDate') ?? -Infinity, time(input, 'EndDate') ?? Infinity];
  const scan = oneOf(text(input, 'ScanBy') ?? 'TimestampDescending', 'ScanBy', ['TimestampDescending', 'TimestampAscending']);
  const types = typesIn(input);
  const found = items.filter(
    (item) =>
      types.includes(item.alarm.kind) &&
      (name === undefined || item.alarm.name === name) &&
      (type === undefined || item.type === type) &&
      item.at >= from &&
      item.at <= to,
  );
  const { items: shown, NextToken } = page(scan === 'TimestampDescending' ? found.reverse() : found, input, recordsIn(input));
  return {
    AlarmHistoryItems: shown.map(({ at, alarm, type: itemType, summary, data }) => ({
      AlarmName: alarm.name,
      AlarmType: TYPE_NAMES.find((each) => TYPES[each] === alarm.kind),
      Timestamp: at / 1000,
      HistoryItemType: itemType,
      HistorySummary: summary,
      HistoryData: data,
    })),
    NextToken,
  };
}
