import fs from 'node:fs';
import path from 'node:path';

export const RUNBOOKS = path.join(__dirname, '../../docs/runbooks');

/** The sections of each runbook, in this order. `Prerequisites` may come before them. */
export const SECTIONS = ['Recognize', 'Investigate', 'Respond', 'Verify', 'Escalate'];

export interface Runbook {
  /** The file name without `.md`, which is the alarm's id. */
  readonly id: string;
  readonly title: string;
  readonly sections: readonly string[];
  /** Lines of its `sh` blocks. */
  readonly commands: readonly string[];
  /** The Logs Insights queries, each with the log group that the text before the query names. */
  readonly queries: readonly { readonly logGroup: string; readonly text: string }[];
}

/** Reads a runbook. @param text Markdown */
export function parseRunbook(id: string, text: string): Runbook {
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(({ 1: kind = '', 2: body = '', index }) => ({
    kind,
    body,
    before: text.slice(0, index),
  }));
  return {
    id,
    title: /^# (.*)$/m.exec(text)?.[1] ?? '',
    sections: [...text.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title),
    commands: blocks.filter(({ kind }) => kind === 'sh').flatMap(({ body }) => body.split('\n').filter((line) => line.trim() !== '')),
    queries: blocks
      .filter(({ kind }) => kind === 'insights')
      .map(({ body, before }) => ({
        logGroup: [...before.matchAll(/`(\/aws\/[\w/-]+)`/g)].at(-1)?.[1] ?? '',
        text: body.trim(),
      })),
  };
}

/** Every runbook, and the index as `README`. */
export const readRunbooks = (): Runbook[] =>
  fs.readdirSync(RUNBOOKS).map((file) => parseRunbook(path.parse(file).name, fs.readFileSync(path.join(RUNBOOKS, file), 'utf8')));
