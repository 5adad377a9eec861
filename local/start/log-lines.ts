import { LruMap } from 'toad-cache';
import { shortName } from '../../environments/physical-name';
import type { LogLine } from '../../emulator/services';
import { logText } from '../story/log-text';

/** After a line, lines that say the same are only counted for this time, in ms. */
const QUIET_MS = 60_000;

/** How many different lines are remembered. */
const REMEMBERED = 100;

/** What differs between lines that say the same: ids, numbers. */
const DETAIL = /[0-9a-f]{8}-[0-9a-f-]{27}|\b[\w+/-]{10,}={1,2}|\d+/g;

/** Whether a line names a problem. */
export function isTrouble(line: string): boolean {
  const { level, text } = logText(line);
  // An authorizer logs this when it refuses an agent. The agent tells its user, so the line is not needed here.
  return level !== 'info' && !text.includes('Error: Unauthorized');
}

/**
 * Makes the log of the functions readable in a terminal: one sentence instead of JSON, and only lines that name a problem. A function that
 * fails for every request would flood the terminal, so the same problem is printed once a minute.
 */
export class ProblemLines {
  private readonly printed = new LruMap<{ readonly at: number; untold: number }>(REMEMBERED);

  /** The text to print; undefined for a line that is not printed. */
  textOf(line: LogLine): string | undefined {
    if (!isTrouble(line.text)) return undefined;
    const text = readableLine(line);
    const key = text.replace(DETAIL, '#');
    const last = this.printed.get(key);
    if (last && line.at - last.at < QUIET_MS) {
      last.untold += 1;
      return undefined;
    }
    this.printed.set(key, { at: line.at, untold: 0 });
    return last && last.untold > 0 ? `${text} (${last.untold} more since the last such line)` : text;
  }
}

/** `forward-request: warning: could not read the row` */
export function readableLine({ functionName, text: line }: LogLine): string {
  const { level, text } = logText(line);
  return `${shortName(functionName)}: ${level === 'info' ? '' : `${level}: `}${text}`;
}
