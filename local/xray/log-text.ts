import { METRICS } from '../../functions/metric-names';

export interface LogText {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** Lines that Lambda writes around every invocation. */
const FRAME = /^(START|END|REPORT) RequestId: /;

/**
 * A log line as people read it: Powertools' JSON as level and message, metrics as names and values, anything else as it is.
 * @returns `undefined` for what Lambda writes around every invocation
 */
export function logText(line: string): LogText | undefined {
  if (FRAME.test(line)) return undefined;
  const fields = parseObject(line);
  if (!fields) return { level: /\t(ERROR)\t|Task timed out|Runtime exited|"errorType"/.test(line) ? 'error' : 'info', text: line };
  if ('_aws' in fields) return { level: 'info', text: metricsText(fields) };
  const level = String(fields['level'] ?? 'INFO');
  const error = fields['error'] as { name?: string; message?: string } | undefined;
  return {
    level: level === 'WARN' ? 'warning' : level === 'ERROR' || level === 'CRITICAL' ? 'error' : 'info',
    text: [fields['message'] ?? fields['errorMessage'] ?? line, error && `${error.name}: ${error.message}`].filter(Boolean).join('; '),
  };
}

function metricsText(fields: Record<string, unknown>): string {
  return Object.entries(METRICS)
    .filter(([name]) => typeof fields[name] === 'number')
    .map(([name, { unit }]) => `${name} ${Math.round(fields[name] as number)}${unit === 'Milliseconds' ? ' ms' : ''}`)
    .join(', ');
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
