/**
 * The project's documents as pages of the console. They are plain pages without scripts. Raw HTML in a document is shown as text, and the
 * renderer leaves out addresses that could run code.
 */
import MarkdownIt, { type RendererRule } from 'markdown-it';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
/** Stands for the console's own address, to resolve links between documents. */
const ORIGIN = 'http://console.invalid';
const DOCUMENT = /^\/(docs\/(?:[a-z]+\/)?[\w-]+\.md)$/;

/**
 * The page of a document.
 * @param environment the environment that the console shows; the commands of runbooks are for it
 * @returns undefined if there is no such document
 */
export async function documentPage(pathname: string, environment: string): Promise<string | undefined> {
  const file = DOCUMENT.exec(pathname)?.[1];
  const source = file === undefined ? undefined : await readFile(path.join(ROOT, file), 'utf8').catch(() => undefined);
  return file === undefined || source === undefined ? undefined : documentOf(file, source, environment);
}

/** @param file path in the repository */
export function documentOf(file: string, source: string, environment: string): string {
  const isRunbook = file.startsWith('docs/runbooks/');
  const title = /^# (.*)$/m.exec(source)?.[1] ?? file;
  const body = markdown.render(source, { file, ...(isRunbook && { environment }) } satisfies Rendering);
  return page(title, environment, `${isRunbook ? note(environment) : ''}${body}`);
}

/** Commands and names of the documents are those of prod; names that hold for every environment have `<environment>`. */
const forEnvironment = (code: string, environment: string): string =>
  code
    .replace(/--env prod\b/g, `--env ${environment}`)
    .replace(/\bhttp-tunnel-(prod|<environment>)-/g, `http-tunnel-${environment}-`)
    .replace(/\benvironments\/prod\.ts\b/g, `environments/${environment}.ts`)
    .replace(/^prod$/, environment);

const note = (
  environment: string,
): string => `<p class="note">Commands and names on this page are those of the environment <strong>${escape(environment)}</strong>;
limits in the text are those of <code>prod</code>. Commands that begin with <code>npm run</code> work here. Queries over logs, AWS's CLI and
its console are for environments on AWS: the local cloud's alarms, metrics and logs are on <a href="/">the console's page</a>.</p>
`;

const markdown = new MarkdownIt({ html: false });
const { escapeHtml: escape } = markdown.utils;

/** The anchor that GitHub makes for a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** What the rules know of the document. */
interface Rendering {
  readonly file: string;
  /** The environment for which code is written; undefined: code stays as it is. */
  readonly environment?: string;
}

function code(text: string, env: unknown): string {
  const { environment } = env as Rendering;
  return escape(environment === undefined ? text : forEnvironment(text, environment));
}

// Wide blocks and tables scroll; with tabindex, by the keyboard too.
const block: RendererRule = (tokens, i, _, env) => `<pre tabindex="0"><code>${code(tokens[i]?.content ?? '', env)}</code></pre>\n`;

/** Whether an address leads to a document or to a part of the same document. The console serves no other file of the repository. */
function isDocument(href: string, env: unknown): boolean {
  const from = `${ORIGIN}/${(env as Rendering).file}`;
  if (!URL.canParse(href, from)) return false;
  const { origin, pathname } = new URL(href, from);
  return origin === ORIGIN && DOCUMENT.test(pathname);
}

const rules: Record<string, RendererRule> = {
  heading_open: (tokens, i) => `<${tokens[i]?.tag} id="${anchorOf(tokens[i + 1]?.content.replace(/[`*]/g, '') ?? '')}">`,
  code_inline: (tokens, i, _, env) => `<code>${code(tokens[i]?.content ?? '', env)}</code>`,
  code_block: block,
  fence: block,
  table_open: () => '<div class="wide" tabindex="0"><table>\n',
  table_close: () => '</table></div>\n',
  // The page may load no images.
  image: (tokens, i) => escape(tokens[i]?.content ?? ''),
  link_open: (tokens, i, _, env) => {
    const href = String(tokens[i]?.attrGet('href') ?? '');
    if (/^https?:/.test(href)) return `<a href="${escape(href)}" target="_blank" rel="noopener noreferrer">`;
    return isDocument(href, env) ? `<a href="${escape(href)}">` : '<a>';
  },
};
Object.assign(markdown.renderer.rules, rules);

const page = (title: string, environment: string, body: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${escape(title)} – http-tunnel</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/console.css" />
  </head>
  <body>
    <a class="skip" href="#document">Skip to the document</a>
    <header>
      <p class="brand"><strong>http-tunnel</strong> <span>${escape(environment)}</span></p>
      <nav aria-label="Pages"><a href="/">Console</a><a href="/docs/runbooks/README.md">Runbooks</a></nav>
    </header>
    <main><article id="document" class="card document">
${body}</article></main>
  </body>
</html>
`;
