import { METRICS } from '../../functions/metric-names';

export interface LogText {
  /** `frame`: what Lambda writes around every invocation. */
  readonly kind: 'message' | 'metrics' | 'frame';
  readonly level: 'info' | 'warning' | 'error';
  /** A line as people read it: JSON as its message, metrics as names and values, anything else as it is. */
  readonly text: string;
  /** Id of the visitor's request, if the line itself contains the id. */
  readonly requestId?: string;
}

/** A line of Powertools' Logger or Metrics, which name their service, or of Lambda's runtime, whose `requestId` is that of the invocation. */
interface JsonLine extends Readonly<Record<string, unknown>> {
  readonly service?: string;
  readonly level?: string;
  readonly message?: string | { readonly errorType?: string; readonly errorMessage?: string };
  readonly requestId?: string;
  readonly error?: { readonly name?: string; readonly message?: string };
}

/** An event of Lambda itself, in JSON format. */
interface PlatformEvent {
  readonly type: string;
  readonly record: { readonly status?: string; readonly errorType?: string; readonly metrics?: { readonly durationMs?: number } };
}

const FRAME = /^(START|END|REPORT) RequestId: /;
/** Lambda's own words for errors, timeouts, crashes and failed starts. */
const ERROR = /\tERROR\t|Task timed out|Runtime exited|^INIT_REPORT .*Status: /;

export function logText(line: string): LogText {
  if (FRAME.test(line)) return { kind: 'frame', level: 'info', text: line };
  const fields = parseObject(line);
  if (!fields) return { kind: 'message', level: ERROR.test(line) ? 'error' : 'info', text: line };
  if (isPlatformEvent(fields)) return platformText(fields, line);
  const { level = 'INFO', message, service, requestId, error } = fields;
  const about = service !== undefined && requestId !== undefined && { requestId };
  if ('_aws' in fields) return { kind: 'metrics', level: 'info', text: metricsText(fields), ...about };
  const said = typeof message === 'object' ? `${message.errorType}: ${message.errorMessage}` : (message ?? line);
  return {
    kind: 'message',
    level: level === 'WARN' ? 'warning' : ['ERROR', 'CRITICAL', 'FATAL'].includes(level) ? 'error' : 'info',
    text: `${said}${error ? `; ${error.name}: ${error.message}` : ''}`,
    ...about,
  };
}

const isPlatformEvent = (fields: object): fields is PlatformEvent =>
  'type' in fields && typeof fields.type === 'string' && fields.type.startsWith('platform.') && 'record' in fields;

/** Only reports of what the platform noticed are news: an error that a handler threw has a line of its own. */
function platformText({ type, record: { status, errorType = '', metrics } }: PlatformEvent, line: string): LogText {
  const isNews = status === 'timeout' || /^(Runtime|Sandbox)\./.test(errorType);
  if (!/report$/i.test(type) || !isNews) return { kind: 'frame', level: 'info', text: line };
  const what = status === 'timeout' ? 'timed out' : `ended: ${errorType}`;
  return {
    kind: 'message',
    level: 'error',
    text: `${type === 'platform.initReport' ? 'init ' : ''}${what}, after ${metrics?.durationMs} ms`,
  };
}

function metricsText(fields: JsonLine): string {
  return Object.entries(METRICS)
    .flatMap(([name, { unit }]) => {
      const value = fields[name];
      return typeof value === 'number' ? `${name} ${Math.round(value)}${unit === 'Milliseconds' ? ' ms' : ''}` : [];
    })
    .join(', ');
}

function parseObject(line: string): JsonLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as JsonLine;
  } catch {
    return undefined;
  }
}
