import { EventEmitter } from 'node:events';
import type { Logs } from '../observations';
import type { LogLine, LogSink } from '../services';

/** What is kept of the functions' logs: some minutes under load, hours otherwise. */
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
    // Each open console page listens.
    this.events.setMaxListeners(0);
  }

  readonly add: LogSink = (line) => {
    this.lines.push(line);
    this.characters += line.text.length;
    if (this.lines.length > this.maxLines || this.characters > this.maxCharacters) this.forgetOldest();
    this.events.emit('line', line);
  };

  /** A quarter at once, so that a line costs the same on average however many there are. */
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

  /** Lines that name the request, and all lines of the invocations that do. */
  about(requestId: string): readonly LogLine[] {
    const named = this.lines.filter(({ text }) => text.includes(requestId));
    const invocations = new Set(named.flatMap((line) => line.requestId ?? []));
    return this.lines.filter((line) => line.text.includes(requestId) || (line.requestId !== undefined && invocations.has(line.requestId)));
  }
}
