import type { MetricId } from '../../observations';
import { named } from '../alarms/describe-alarm';
import { page } from './paging';
import { invalid, objects, onlyKnown, text, type Input } from './parameters';

const PAGE = 500;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
export function listMetrics(input: Input, metrics: readonly MetricId[]): object {
  onlyKnown(input, ['Namespace', 'MetricName', 'Dimensions', 'NextToken']);
  const [namespace, name] = [text(input, 'Namespace'), text(input, 'MetricName')];
  const filters = objects(input, 'Dimensions').map((filter) => {
    const dimension = text(filter, 'Name');
    if (dimension === undefined) throw invalid('A dimension needs a Name.');
    return { dimension, value: text(filter, 'Value') };
  });
  const found = metrics.filter(
    (metric) =>
      (namespace === undefined || metric.namespace === namespace) &&
      (name === undefined || metric.name === name) &&
      filters.every(({ dimension, value }) =>
        value === undefined ? dimension in metric.dimensions : metric.dimensions[dimension] === value,
      ),
  );
  const { items, NextToken } = page(found, input, PAGE);
  return { Metrics: items.map(named), NextToken };
}
