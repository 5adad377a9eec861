import { AwsError, type LogSink } from '../services';
import type { FunctionSpec } from '../specs';
import type { Iam } from './iam';

/**
 * Lambda writes a function's lines by the function's role. A function whose role does not let it runs all the same, and nobody sees
 * what it says: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 */
export function guardedLogs(log: LogSink, iam: Iam, functions: readonly FunctionSpec[]): LogSink {
  const groups = new Map(functions.map(({ name, arn, logGroup }) => [name, { arn, logGroup }]));
  const verdicts = new Map<string, boolean>();
  const mayWrite = (functionName: string, stream: string): boolean => {
    const group = groups.get(functionName);
    if (!group) return true;
    const resource = iam.place.arn('logs', `log-group:${group.logGroup}:log-stream:${stream}`);
    try {
      for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) iam.require(iam.callerFor(group.arn), { action, resource });
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  };
  return (line) => {
    const { functionName, environmentId } = line;
    // Once a function: its rights do not change, and its lines are many.
    const verdict = verdicts.get(functionName) ?? mayWrite(functionName, environmentId);
    verdicts.set(functionName, verdict);
    if (verdict) log(line);
  };
}
