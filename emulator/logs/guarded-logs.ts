import { AwsError, type LogSink } from '../services';
import type { FunctionSpec } from '../specs';
import type { Iam } from '../iam/iam';

/**
 * Drops the log lines of functions whose role may not write logs. Lambda writes log lines with the function's role. Without the
 * right, the function runs, but its log lines are lost: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
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
    // Checked once per function: its rights do not change, and it writes many lines.
    const verdict = verdicts.get(functionName) ?? mayWrite(functionName, environmentId);
    verdicts.set(functionName, verdict);
    if (verdict) log(line);
  };
}
