import { METRICS } from '../../functions/metric-names';

export interface LogText {
  /** `frame`: what Lambda writes around every invocation. */
  readonly kind: 'message' | 'metrics' | 'frame';
  readonly level: 'info' | 'warning' | 'error';
  /** A line as people read it: Powertools' JSON as its message, metrics as names and values, anything else as it is. */
  readonly text: string;
  /** Id of the visitor's request, if the line itself contains the id. */
  readonly requestId?: string;
}

/** A line that Powertools wrote: of its Logger, or of its Metrics. */
interface PowertoolsLine extends Readonly<Record<string, unknown>> {
  readonly level?: string;
  readonly message?: string;
  readonly requestId?: string;
  readonly error?: { readonly name?: string; readonly message?: string };
}

const FRAME = /^(START|END|REPORT) RequestId: /;
/** Lambda's own words for errors, timeouts, crashes and failed starts. */
const ERROR = /\tERROR\t|Task timed out|Runtime exited|^INIT_REPORT .*Status: /;

export function logText(line: string): LogText {
  if (FRAME.test(line)) return { kind: 'frame', level: 'info', text: line };
  const fields = parseObject(line);
  if (!fields) return { kind: 'message', level: ERROR.test(line) ? 'error' : 'info', text: line };
  const { level = 'INFO', message, requestId, error } = fields;
  const about = typeof requestId === 'string' && { requestId };
  if ('_aws' in fields) return { kind: 'metrics', level: 'info', text: metricsText(fields), ...about };
  return {
    kind: 'message',
    level: level === 'WARN' ? 'warning' : level === 'ERROR' || level === 'CRITICAL' ? 'error' : 'info',
    text: `${message ?? line}${error ? `; ${error.name}: ${error.message}` : ''}`,
    ...about,
  };
}

function metricsText(fields: PowertoolsLine): string {
  return Object.entries(METRICS)
    .flatMap(([name, { unit }]) => {
      const value = fields[name];
      return typeof value === 'number' ? `${name} ${Math.round(value)}${unit === 'Milliseconds' ? ' ms' : ''}` : [];
    })
    .join(', ');
}

function parseObject(line: string): PowertoolsLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as PowertoolsLine;
  } catch {
    return undefined;
  }
}
