import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { everyAddress } from '../../../modules/addresses';
import { withErrors } from '../../../scripts/error-docs';

const ROOT = path.join(__dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const documents = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name)),
];

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');

test.each(documents)('every link of %s leads somewhere', (document) => {
  const broken: string[] = [];
  for (const [, target = ''] of read(document).replace(/```.*?```/gs, '').matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [file = '', anchor] = target.split('#');
    const linked = file === '' ? document : path.join(path.dirname(document), file);
    if (!existsSync(path.join(ROOT, linked))) broken.push(target);
    else if (anchor !== undefined) {
      const anchors = [...read(linked).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
      if (!anchors.includes(anchor)) broken.push(target);
    }
  }
  expect(broken).toEqual([]);
});

/** `tests/….test.ts`: "a sentence", "another" */
const TESTS_NAMED = /`(tests\/[\w/.-]+\.test\.ts)`[^:"`]*:\s*((?:"[^"]+"[^"`]*)+)/g;

test.each(documents)('every test that %s names exists, by file and sentence', (document) => {
  const missing: string[] = [];
  for (const [, file = '', sentences = ''] of read(document).matchAll(TESTS_NAMED)) {
    const source = existsSync(path.join(ROOT, file)) ? read(file).replace(/\\(['"`])/g, '$1') : '';
    for (const [, quoted = ''] of sentences.matchAll(/"([^"]+)"/g)) {
      const sentence = quoted.replace(/\s+/g, ' ');
      if (!source.includes(sentence)) missing.push(`${file}: ${sentence}`);
    }
  }
  expect(missing).toEqual([]);
});

test('each promise names a test that holds it, or says that none does yet', () => {
  const promises = read('docs/promises.md').split(/^## /m).slice(1);
  expect(promises.length).toBeGreaterThanOrEqual(10);
  for (const promise of promises) expect(promise).toMatch(/`tests\/|[Nn]ot yet/);
});

test('each rule of HTTP names the code that keeps it and a test that holds it', () => {
  const rules = [...read('docs/http.md').matchAll(/^\| (?!Rule|-)(.*?) \| (.*?) \| (.*?) \|$/gm)].map(([, ...cells]) => cells);
  expect(rules.length).toBeGreaterThanOrEqual(40);
  for (const [rule, code, test] of rules) {
    expect([rule, code]).toEqual([rule, expect.stringMatching(/\]\(\.\.\/|^the same$|Node's parser|^$/)]);
    expect([rule, test]).toEqual([rule, expect.stringMatching(/`tests\/|^the same$/)]);
  }
});

test('every Terraform address is explained to whoever reviews a plan, and none that does not exist', () => {
  const review = read('docs/plan-review.md');
  const explained = [...review.matchAll(/^\| `(aws_[\w.<>-]+)` \|/gm)].map(([, address]) => address);
  expect(explained.sort()).toEqual(Object.keys(everyAddress).sort());
});

test('the table of errors is the one that the functions use: npm run errors:docs', () => {
  const document = read('docs/errors.md');
  expect(document).toContain('| 404 | `tunnel_not_found` |');
  expect(document).toBe(withErrors(document));
});
