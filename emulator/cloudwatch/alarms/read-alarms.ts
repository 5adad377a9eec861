import { COMPARISONS, MISSING_DATA, type AlarmSpec, type Comparison, type CompositeAlarmSpec, type MetricAlarmSpec } from '../../specs';
import { readMetricQueries, readStatistic } from './read-metric-queries';
import type { Block } from '../../terraform/block';
import type { ResourceReader } from '../../terraform/resource-reader';
import { TerraformError } from '../../terraform/terraform-error';

/** Settings of alarms that the local cloud does not evaluate. */
const UNSUPPORTED = ['threshold_metric_id', 'actions_suppressor', 'evaluation_criteria'];

export function readAlarms(reader: ResourceReader): AlarmSpec[] {
  const alarms = [
    ...reader.all('aws_cloudwatch_metric_alarm').map((block) => metricAlarm(block, reader)),
    ...reader.all('aws_cloudwatch_composite_alarm').map((block) => compositeAlarm(block, reader)),
  ];
  for (const [index, { address, name }] of alarms.entries()) {
    const other = alarms.findIndex((alarm) => alarm.name === name);
    if (other < index)
      throw new TerraformError(`${address} and ${alarms[other]?.address} have the same alarm_name ${name}: give each alarm its own name`);
  }
  return alarms;
}

function metricAlarm(block: Block, reader: ResourceReader): MetricAlarmSpec {
  const evaluationPeriods = block.number('evaluation_periods');
  const datapointsToAlarm = block.optionalNumber('datapoints_to_alarm') ?? evaluationPeriods;
  if (datapointsToAlarm > evaluationPeriods)
    throw new TerraformError(
      `${block.address}.datapoints_to_alarm is ${datapointsToAlarm}, but must be at most ${evaluationPeriods}, the value of evaluation_periods`,
    );
  return {
    ...common(block, reader),
    kind: 'metric',
    ...watched(block),
    comparison: oneOf(block, 'comparison_operator', Object.keys(COMPARISONS) as Comparison[]),
    threshold: block.number('threshold'),
    evaluationPeriods,
    datapointsToAlarm,
    treatMissingData: oneOf(block, 'treat_missing_data', MISSING_DATA, 'missing'),
    evaluatesLowSampleCounts: oneOf(block, 'evaluate_low_sample_count_percentiles', ['evaluate', 'ignore'], 'evaluate') === 'evaluate',
  };
}

/** The metrics that an alarm watches: its `metric_query` blocks, or the metric in the alarm itself. */
function watched(block: Block): Pick<MetricAlarmSpec, 'usesQueries' | 'queries'> {
  if (block.blocks('metric_query').length > 0) return { usesQueries: true, queries: readMetricQueries(block) };
  const metric = readStatistic(block, block.optionalText('extended_statistic') ?? block.text('statistic'));
  return { usesQueries: false, queries: [{ id: 'm1', metric, returnsData: true }] };
}

const compositeAlarm = (block: Block, reader: ResourceReader): CompositeAlarmSpec => ({
  ...common(block, reader),
  kind: 'composite',
  rule: block.text('alarm_rule'),
});

function common(block: Block, reader: ResourceReader) {
  const unsupported = UNSUPPORTED.find((name) => block.has(name));
  if (unsupported !== undefined)
    throw new TerraformError(`${block.address}.${unsupported}: the local cloud does not evaluate this attribute; remove the attribute`);
  return {
    address: block.address,
    name: block.text('alarm_name'),
    arn: reader.computed(block, 'arn'),
    description: block.optionalText('alarm_description') ?? '',
    actionsEnabled: !block.has('actions_enabled') || block.flag('actions_enabled'),
    actions: {
      ALARM: block.texts('alarm_actions'),
      OK: block.texts('ok_actions'),
      INSUFFICIENT_DATA: block.texts('insufficient_data_actions'),
    },
  };
}

function oneOf<T extends string>(block: Block, name: string, known: readonly T[], otherwise?: T): T {
  const value = block.optionalText(name) ?? otherwise ?? block.text(name);
  const found = known.find((each) => each === value);
  if (found !== undefined) return found;
  throw new TerraformError(`${block.address}.${name} is ${value}: use one of ${known.join(', ')}`);
}
