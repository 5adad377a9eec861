import type { TimelineEntry } from '../local/story/story';

/** Formats one line per entry: time, function, event (indented below its invocation), duration. */
export function storyText(requestId: string, entries: readonly TimelineEntry[]): string {
  const from = Math.min(...entries.map(({ at }) => at));
  const to = Math.max(...entries.map(({ at, ms = 0 }) => at + ms));
  const rows = entries.map(({ at, ms, functionName, text, failed, depth, kind }) => ({
    when: `+${ms1(at - from)}`,
    functionName,
    what: `${'  '.repeat(depth)}${kind === 'log' ? '“' : ''}${oneLine(text)}${kind === 'log' ? '”' : ''}${failed ? '  ✗' : ''}`,
    took: ms === undefined ? '' : ms1(ms),
  }));
  const width = (column: keyof (typeof rows)[number]): number => Math.max(...rows.map((row) => row[column].length));
  const [when, name, took] = [width('when'), width('functionName'), width('took')];
  const notSampled = entries.every(({ kind }) => kind === 'log') ? '\n(log lines only: X-Ray has no sample of this request)' : '';
  return [
    `request ${requestId}, ${new Date(from).toISOString()}, ${ms1(to - from)} in total${notSampled}`,
    ...rows.map((row) => `${row.when.padStart(when)}  ${row.took.padStart(took)}  ${row.functionName.padEnd(name)}  ${row.what}`.trimEnd()),
  ].join('\n');
}

/** Longer texts are cut: the logs have the whole lines. */
const MAX_TEXT = 160;

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT - 1)}…` : line;
}

const ms1 = (value: number): string => `${value.toFixed(1)} ms`;
