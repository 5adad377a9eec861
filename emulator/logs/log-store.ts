import { EventEmitter } from 'node:events';
import type { Logs } from '../observations';
import type { LogLine, LogSink } from '../services';

/** Greatest size of the log: enough for some minutes under load, and for hours otherwise. */
const MAX_LINES = 20_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** The CloudWatch Logs of the local cloud: the newest lines of all functions. */
export class LogStore implements Logs {
  readonly events = new EventEmitter<{ line: [LogLine] }>();
  private lines: LogLine[] = [];
  private characters = 0;

  constructor(
    private readonly maxLines = MAX_LINES,
    private readonly maxCharacters = MAX_CHARACTERS,
  ) {
    // Each open page of the console adds a listener.
    this.events.setMaxListeners(0);
  }

  readonly add: LogSink = (line) => {
    this.lines.push(line);
    this.characters += line.text.length;
    if (this.lines.length > this.maxLines || this.characters > this.maxCharacters) this.forgetOldest();
    this.events.emit('line', line);
  };

  /** Drops a quarter of the lines at once, so that the average cost of a line does not depend on their number. */
  private forgetOldest(): void {
    let gone = 0;
    while (this.lines.length - gone > this.maxLines * 0.75 || this.characters > this.maxCharacters * 0.75) {
      this.characters -= this.lines[gone++]?.text.length ?? 0;
    }
    this.lines = this.lines.slice(gone);
  }

  recent(limit: number): readonly LogLine[] {
    return limit > 0 ? this.lines.slice(-limit) : [];
  }

  /** Lines that contain the request id, and all lines of the invocations that logged such a line. */
  about(requestId: string): readonly LogLine[] {
    const named = this.lines.filter(({ text }) => text.includes(requestId));
    const invocations = new Set(named.flatMap((line) => line.requestId ?? []));
    return this.lines.filter((line) => line.text.includes(requestId) || (line.requestId !== undefined && invocations.has(line.requestId)));
  }
}
