import { readdirSync } from 'node:fs';
import path from 'node:path';
import { documentPage, documentOf } from '../../../local/console/documents';

const DOCS = path.join(__dirname, '../../../docs');
const runbooks = readdirSync(path.join(DOCS, 'runbooks'));

const pageOf = async (pathname: string, environment = 'local'): Promise<string> => {
  const page = await documentPage(pathname, environment);
  if (page === undefined) throw new Error(`there is no page at ${pathname}`);
  return page;
};
/** Code blocks and code in sentences. */
const codeOf = (page: string): string[] => [...page.matchAll(/<code>([^<]*)<\/code>/g)].map(([, code = '']) => code);

describe('a runbook', () => {
  test.each(runbooks)('%s is a page whose commands and names are those of the environment', async (file) => {
    const page = await pageOf(`/docs/runbooks/${file}`, 'staging');
    expect(page).toMatch(/<h1 id="[\w-]+">/);
    expect(page).toContain('are those of the environment <strong>staging</strong>');
    // In code, prod is part of no name and of no command. `prod` alone is the name that the reader would have to replace.
    expect(codeOf(page).filter((code) => /\bprod\b/.test(code) && code !== 'prod')).toEqual([]);
  });

  test('names the environment in commands of every kind', async () => {
    const page = await pageOf('/docs/runbooks/refusals.md');
    expect(page).toContain('npm run rollout -- --env local off --why');
    expect(page).toContain('--alarm-names http-tunnel-local-refusals');
    expect(page).toContain('<code>http-tunnel-local-refusals</code>');
    expect(page).toContain('<code>environments/local.ts</code>');
    expect(page).toContain('/aws/lambda/http-tunnel-local-forward-request');
  });
});

test('other documents keep their examples', async () => {
  expect(await pageOf('/docs/operations.md', 'staging')).toContain('npm run rollout -- --env prod status');
});

test('every link between the documents that the console serves leads to a page', async () => {
  const files = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
  const broken: string[] = [];
  let links = 0;
  for (const file of files) {
    const from = `/docs/${file}`;
    for (const [, href = ''] of (await pageOf(from)).matchAll(/<a href="([^"]+)">/g)) {
      const { pathname, hash } = new URL(href, `http://127.0.0.1${from}`);
      if (pathname === '/') continue;
      links++;
      const target = await documentPage(pathname, 'local');
      if (target === undefined || (hash !== '' && !target.includes(` id="${decodeURIComponent(hash.slice(1))}"`)))
        broken.push(`${from}: ${href}`);
    }
  }
  expect(links).toBeGreaterThan(100);
  expect(broken).toEqual([]);
});

test.each([
  '/docs/none.md',
  '/docs/',
  '/docs/runbooks',
  '/docs/../package.json',
  '/docs/..%2fREADME.md',
  '/docs/%2e%2e/README.md',
  '/docs/runbooks/../../README.md',
  '/docs/console.png',
  '/README.md',
  '/docs/runbooks/a/b.md',
])('%s is no document', async (pathname) => {
  expect(await documentPage(pathname, 'local')).toBeUndefined();
});

describe('what a document contains', () => {
  const rendered = (source: string): string => documentOf('docs/runbooks/it.md', source, 'local');

  test.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['a <img src=x onerror=alert(1)> b', 'a &lt;img src=x onerror=alert(1)&gt; b'],
    ['`<b>`', '<code>&lt;b&gt;</code>'],
    ['```sh\n<b> && "c"\n```', '<code>&lt;b&gt; &amp;&amp; &quot;c&quot;\n</code>'],
    ['    <b>', '<code>&lt;b&gt;\n</code>'],
    ['![<b>](https://example.com/x.png)', '&lt;b&gt;'],
    ['[x](javascript:alert(1))', '[x](javascript:alert(1))'],
    ['[x](data:text/html,y)', '[x](data:text/html,y)'],
    ['[x](../../package.json)', '<a>x</a>'],
    ['[x](other.md#part)', '<a href="other.md#part">x</a>'],
    ['[x](https://example.com/?a=1&b=2)', '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">x</a>'],
    ['[x](/api/overview)', '<a>x</a>'],
    ['[x](http://[/a.md)', 'x'],
    ['[x](//example.com/a.md)', '<a>x</a>'],
  ])('%s is shown without running or loading anything', (source, html) => {
    expect(rendered(source)).toContain(html);
    expect(rendered(source)).not.toMatch(/<script|<img|<b>|href="(javascript|data):text/);
  });

  test('a title and an environment are escaped too', () => {
    const page = documentOf('docs/runbooks/it.md', '# a </title><script>\n', '<i>');
    expect(page).not.toMatch(/<script|<i>/);
    expect(page).toContain('<title>a &lt;/title&gt;&lt;script&gt;');
  });
});
