import type { LogLevel } from '../specs';
import type { InvocationRecord } from './invocation';
import { isAtLeast } from './log-level';
import type { PlatformLog } from './platform-log';

type Status = 'success' | 'error' | 'timeout';

/**
 * Lambda's own lines in JSON format: its platform events, as far as their level reaches the system log level.
 * Events: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 * Levels: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
export function jsonPlatformLog(memoryMb: number, least: LogLevel): PlatformLog {
  const event = (level: LogLevel, type: string, record: object): string[] =>
    isAtLeast(level, least) ? [JSON.stringify({ time: new Date().toISOString(), type: `platform.${type}`, record })] : [];
  return {
    start: (requestId) => event('INFO', 'start', { requestId, version: '$LATEST' }),
    // The report tells the time-out.
    timeOut: () => [],
    done(record) {
      const { requestId } = record;
      const status = statusOf(record);
      const outcome = { requestId, status, ...(record.errorType !== undefined && { errorType: record.errorType }) };
      const isSuccess = status === 'success';
      return [
        ...event(isSuccess ? 'DEBUG' : 'WARN', 'runtimeDone', { ...outcome, metrics: { durationMs: rounded(record.durationMs) } }),
        ...event(isSuccess ? 'INFO' : 'WARN', 'report', { ...outcome, metrics: metricsOf(record, memoryMb) }),
      ];
    },
    failedInit(initMs, errorType) {
      const status: Status = errorType === 'Sandbox.Timedout' ? 'timeout' : 'error';
      const outcome = { initializationType: 'on-demand', phase: 'init', status, errorType };
      return [
        ...event('WARN', 'initRuntimeDone', outcome),
        ...event('WARN', 'initReport', { ...outcome, metrics: { durationMs: rounded(initMs) } }),
      ];
    },
  };
}

function statusOf({ kind, errorType }: InvocationRecord): Status {
  if (kind === 'ok') return 'success';
  return errorType === 'Sandbox.Timedout' ? 'timeout' : 'error';
}

const metricsOf = ({ durationMs, billedMs, maxMemoryMb, initMs }: InvocationRecord, memorySizeMB: number): object => ({
  durationMs: rounded(durationMs),
  billedDurationMs: billedMs,
  memorySizeMB,
  ...(maxMemoryMb !== undefined && { maxMemoryUsedMB: maxMemoryMb }),
  ...(initMs !== undefined && { initDurationMs: rounded(initMs) }),
});

const rounded = (ms: number): number => Number(ms.toFixed(3));
