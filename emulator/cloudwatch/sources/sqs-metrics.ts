/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
import type { LocalQueues } from '../../sqs/local-queues';
import type { MetricStore } from '../metrics/metric-store';
import { recorders } from './recorders';

const UNITS = {
  NumberOfMessagesSent: 'Count',
  NumberOfMessagesReceived: 'Count',
  NumberOfMessagesDeleted: 'Count',
  ApproximateNumberOfMessagesVisible: 'Count',
  ApproximateNumberOfMessagesNotVisible: 'Count',
  ApproximateNumberOfMessagesDelayed: 'Count',
  ApproximateAgeOfOldestMessage: 'Seconds',
};

/**
 * Records the AWS/SQS metrics per queue.
 * @returns a function that records the depth of every queue; AWS does so every minute
 */
export function sqsMetrics(store: MetricStore, { queues }: LocalQueues): (at: number) => void {
  const of = recorders(store, 'AWS/SQS', UNITS, (queueName: string) => [{ QueueName: queueName }]);
  for (const { spec, queue } of queues) {
    const record = of(spec.name);
    queue.events.on('sent', () => record.NumberOfMessagesSent(1, Date.now()));
    queue.events.on('received', (messages) => {
      for (let message = 0; message < messages; message++) record.NumberOfMessagesReceived(1, Date.now());
    });
    queue.events.on('deleted', () => record.NumberOfMessagesDeleted(1, Date.now()));
  }
  return (at) => {
    for (const { spec, queue } of queues) {
      const record = of(spec.name);
      const { visible, inFlight, delayed } = queue.counts();
      record.ApproximateNumberOfMessagesVisible(visible, at);
      record.ApproximateNumberOfMessagesNotVisible(inFlight, at);
      record.ApproximateNumberOfMessagesDelayed(delayed, at);
      const oldest = queue.messages()[0]?.sentAt;
      record.ApproximateAgeOfOldestMessage(oldest === undefined ? 0 : Math.max(0, at - oldest) / 1000, at);
    }
  };
}
