import type { IncomingMessage, ServerResponse } from 'node:http';
import { logText } from '../story/log-text';
import type { Alarms, Logs } from '../../emulator/observations';
import type { LogLine } from '../../emulator/services';
import { shortName } from '../../environments/physical-name';
import { RESPONSE_HEADERS } from './response-headers';
import type { ConsoleLine, Overview, WindowMinutes } from './view-model';

/** How often the overview and new log lines are sent, in ms. */
const OVERVIEW_EVERY_MS = 2_000;
const LOGS_EVERY_MS = 300;
/** How long the browser waits before it reconnects, in ms. */
const RETRY_MS = 1_000;
const LINES_AT_FIRST = 300;
/** Most log lines in one event, because nobody reads more at once. */
const LINES_AT_ONCE = 300;
/** A page with this many unread bytes gets no new events until it has read them. */
const MAX_UNREAD_BYTES = 1024 * 1024;
const MAX_STREAMS = 20;

export interface EventStreamsOptions {
  readonly logs: Logs;
  readonly alarms: Alarms;
  readonly overview: (minutes: WindowMinutes) => Promise<Overview>;
}

/**
 * Server-sent events for open pages. `overview` is sent every two seconds and at each change of an alarm. If the overview fails, `trouble`
 * is sent with the reason, because an error of the page must not end the tunnel. `lines` carries new log lines. The first `lines` carries
 * older lines and replaces those on the page (`{"fresh": true}`), so that a page that has lost its connection just reconnects.
 */
export class EventStreams {
  private readonly closers = new Set<() => void>();

  constructor(private readonly options: EventStreamsOptions) {}

  open(request: IncomingMessage, response: ServerResponse, minutes: WindowMinutes): void {
    if (this.closers.size >= MAX_STREAMS) {
      response.writeHead(503, RESPONSE_HEADERS).end();
      return;
    }
    response.writeHead(200, { ...RESPONSE_HEADERS, 'content-type': 'text/event-stream' });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    response.write(`retry: ${RETRY_MS}\n\n`);
    const { logs, alarms, overview } = this.options;
    const send = (event: string, data: unknown): void => {
      if (!response.writableEnded && response.writableLength < MAX_UNREAD_BYTES)
        response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    };
    const sendOverview = (): void => {
      overview(minutes).then(
        (now) => send('overview', now),
        (error: unknown) => send('trouble', { message: (error as Error).message }),
      );
    };
    let waiting: LogLine[] = [];
    const onLine = (line: LogLine): void => {
      waiting.push(line);
      if (waiting.length > LINES_AT_ONCE * 2) waiting = waiting.slice(-LINES_AT_ONCE);
    };
    const sendLines = (): void => {
      if (waiting.length > 0) send('lines', { fresh: false, lines: waiting.slice(-LINES_AT_ONCE).map(consoleLine) });
      waiting = [];
    };
    const timers = [setInterval(sendOverview, OVERVIEW_EVERY_MS), setInterval(sendLines, LOGS_EVERY_MS)];
    logs.events.on('line', onLine);
    alarms.events.on('transition', sendOverview);
    const close = (): void => {
      timers.forEach(clearInterval);
      logs.events.off('line', onLine);
      alarms.events.off('transition', sendOverview);
      this.closers.delete(close);
      response.end();
    };
    this.closers.add(close);
    request.once('close', close);
    sendOverview();
    send('lines', { fresh: true, lines: logs.recent(LINES_AT_FIRST).map(consoleLine) });
  }

  close(): void {
    for (const close of this.closers) close();
  }
}

const consoleLine = ({ at, functionName, text }: LogLine): ConsoleLine => ({ at, functionName: shortName(functionName), ...logText(text) });
