import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const FOLDER = path.join(__dirname, 'page');

/** A file as it is served. */
export interface PageFile {
  readonly type: string;
  /** Reads or bundles the file on request, because after most starts nobody opens the page. */
  body(): Promise<string>;
}

/** The page's files by path; its modules are bundled into one, so that the browser needs nothing but this server. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const read = (name: string) => (): Promise<string> => readFile(path.join(FOLDER, name), 'utf8');
  let script: Promise<string> | undefined;
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: read('index.html') }],
    ['/console.css', { type: 'text/css; charset=utf-8', body: read('console.css') }],
    ['/console.js', { type: 'text/javascript; charset=utf-8', body: () => (script ??= bundle()) }],
  ]);
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(FOLDER, 'main.ts')],
    bundle: true,
    write: false,
    logLevel: 'silent',
    format: 'esm',
    target: 'es2022',
  });
  const [output] = outputFiles;
  if (!output) throw new Error('esbuild wrote nothing');
  return output.text;
}
