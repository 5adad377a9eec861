import type { CloudService } from '../cloud-service';
import { LogStore } from './log-store';

/** CloudWatch Logs. */
export const logs: CloudService<object, object, { readonly logs: LogStore }> = {
  attributes: { aws_cloudwatch_log_group: { arn: ({ arn, own }) => arn('logs', `log-group:${own('name')}`) } },
  withoutEffect: {
    aws_cloudwatch_log_group: 'sets how long AWS keeps log lines: the local cloud keeps the newest lines of all functions',
  },
  start: () => ({ logs: new LogStore() }),
};
