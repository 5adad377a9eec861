import { KNOWN_STATISTICS, statisticNamed } from '../metrics/statistic';
import { isPeriod } from '../metrics/period';
import type { MetricQuerySpec, MetricStatSpec } from '../../specs';
import type { Block } from '../../terraform/block';
import { TerraformError } from '../../terraform/terraform-error';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html */
export function readMetricQueries(alarm: Block): MetricQuerySpec[] {
  const queries = alarm.blocks('metric_query').map(readQuery);
  const returning = queries.filter(({ returnsData }) => returnsData);
  if (returning.length !== 1) {
    throw new TerraformError(
      `${alarm.address}: return_data is true in ${returning.length} metric_query blocks, but must be true in exactly one block`,
    );
  }
  const [period, another] = new Set(queries.flatMap(({ metric }) => (metric ? [metric.periodMs] : [])));
  if (period === undefined)
    throw new TerraformError(`${alarm.address}: none of its metric_query blocks has a metric: add a block with a metric`);
  if (another !== undefined)
    throw new TerraformError(`${alarm.address}: its metrics have different periods, which AWS refuses: give all metrics the same period`);
  return queries;
}

function readQuery(block: Block): MetricQuerySpec {
  const [expression, label, metric] = [block.optionalText('expression'), block.optionalText('label'), block.block('metric')];
  if ((expression === undefined) === (metric === undefined)) {
    throw new TerraformError(`${block.address} "${block.text('id')}" needs an expression or a metric, but not both`);
  }
  return {
    id: block.text('id'),
    returnsData: block.flag('return_data'),
    ...(label !== undefined && { label }),
    ...(expression !== undefined && { expression }),
    ...(metric && { metric: readStatistic(metric, metric.text('stat')) }),
  };
}

/** Reads a metric from an alarm or from one of its queries. */
export function readStatistic(block: Block, statistic: string): MetricStatSpec {
  if (!statisticNamed(statistic)) {
    throw new TerraformError(
      `${block.address}: the local cloud does not compute the statistic ${statistic}; use one of ${KNOWN_STATISTICS}`,
    );
  }
  const seconds = block.number('period');
  if (!isPeriod(seconds) || seconds < 10)
    throw new TerraformError(`${block.address}.period is ${seconds}: use 10, 20, 30 or a multiple of 60 seconds`);
  const unit = block.optionalText('unit');
  return {
    namespace: block.text('namespace'),
    name: block.text('metric_name'),
    dimensions: block.map('dimensions'),
    statistic,
    periodMs: seconds * 1000,
    ...(unit !== undefined && { unit }),
  };
}
