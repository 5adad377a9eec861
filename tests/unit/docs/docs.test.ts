import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { everyAddress } from '../../../modules/addresses';
import { withErrors } from '../../../scripts/error-docs';
import { withCounts } from '../../../policy/resource-docs';
import { documents } from '../../support/documents';

const ROOT = path.join(__dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** The anchor that GitHub makes for a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

test.each(documents)('every link in %s to a file or heading of the repository has an existing target', (document) => {
  const broken: string[] = [];
  for (const [, target = ''] of read(document)
    .replace(/```.*?```/gs, '')
    .matchAll(/\]\(([^)\s]+)\)/g)) {
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

/** Matches a test file, a sentence in quotes, or the end of the paragraph, item or row: sentences belong to the file before them. */
const FILES_AND_SENTENCES = /`(?<file>tests\/[\w/.-]+\.test\.ts)`|"(?<sentence>[^"]+)"|^(?:#|- |\||\n)/gm;

/** The tests that a document names, in its order. A sentence without a file is not a test's title. */
function testsNamed(text: string): { file: string | undefined; sentence: string }[] {
  let current: string | undefined;
  return [...text.replace(/```.*?```/gs, '').matchAll(FILES_AND_SENTENCES)].flatMap(({ groups: { file, sentence } = {} }) => {
    if (sentence !== undefined) return [{ file: current, sentence: sentence.replace(/\s+/g, ' ') }];
    current = file;
    return [];
  });
}

/** Whether a title in the file equals the sentence, or begins or ends with it: a title with quotation marks cannot be quoted whole. */
function hasTest(file: string, sentence: string): boolean {
  if (!existsSync(path.join(ROOT, file))) return false;
  const source = read(file).replace(/\\(['"`])/g, '$1');
  return ["'", '"', '`'].some((mark) => source.includes(mark + sentence) || source.includes(sentence + mark));
}

test.each(documents)('every test that %s names by file and title exists', (document) => {
  const named = testsNamed(read(document));
  expect(named.filter(({ file, sentence }) => file !== undefined && !hasTest(file, sentence))).toEqual([]);
});

const PROMISES = read('docs/promises.md').split(/^## /m).slice(1);
const THREATS = (read('docs/threat-model.md').split(/^## Threats$/m)[1] ?? '').split(/^### /m).slice(1);
const titled = (section: string): [string, string] => [section.split('\n')[0] ?? '', section];

test.each([...PROMISES, ...THREATS].map(titled))('the section "%s" names the tests that check it, each by file and title', (_, section) => {
  const named = testsNamed(section);
  expect(named).not.toEqual([]);
  expect(named.filter(({ file }) => file === undefined)).toEqual([]);
});

test('promises.md has at least 10 promises, and threat-model.md has at least 12 threats', () => {
  expect(PROMISES.length).toBeGreaterThanOrEqual(10);
  expect(THREATS.length).toBeGreaterThanOrEqual(12);
});

test('each suite that promise 10 names runs its tests in every mode', () => {
  const suites = testsNamed(PROMISES.find((promise) => promise.startsWith('10. ')) ?? '').map(({ file }) => file ?? '');
  expect(suites.length).toBeGreaterThanOrEqual(5);
  expect(suites.filter((file) => !/(each\(|of )MODES\)/.test(read(file)))).toEqual([]);
});

test('each rule in http.md names the code that implements it and a test that checks it', () => {
  const rules = [...read('docs/http.md').matchAll(/^\| (?!Rule|-)(.*?) \| (.*?) \| (.*?) \|$/gm)].map(([, ...cells]) => cells);
  expect(rules.length).toBeGreaterThanOrEqual(40);
  for (const [rule, code, test] of rules) {
    expect([rule, code]).toEqual([rule, expect.stringMatching(/\]\(\.\.\/|^the same$|Node's parser|^$/)]);
    expect([rule, test]).toEqual([rule, expect.stringMatching(/`tests\/|^the same$/)]);
  }
});

test('plan-review.md explains every Terraform address of the stacks, and no other address', () => {
  const review = read('docs/plan-review.md');
  const explained = [...review.matchAll(/^\| `(aws_[\w.<>-]+)` \|/gm)].map(([, address]) => address);
  expect(explained.sort()).toEqual(Object.keys(everyAddress).sort());
});

test.each(documents.filter((name) => name !== 'CHANGELOG.md'))(
  '%s says of the setting percent only that an environment begins with it',
  (document) => {
    const sentences = read(document)
      .replace(/```.*?```/gs, '')
      .split(/(?<=[.:;|])\s|\n\n/);
    const about = sentences.filter((sentence) => /`(responsePath\.)?percent(: ?\d+)?`/.test(sentence));
    expect(about.filter((sentence) => !/\b(first|begins|starts|until|changes?\s+nothing)\b/i.test(sentence))).toEqual([]);
  },
);

test('the counts in plan-review.md equal the output of npm run resources:docs', () => {
  const document = read('docs/plan-review.md');
  expect(document).toMatch(/^\| `prod` \| \d+ \|/m);
  expect(document).toBe(withCounts(document));
});

test('the table in errors.md equals the output of npm run errors:docs', () => {
  const document = read('docs/errors.md');
  expect(document).toContain('| 404 | `tunnel_not_found` |');
  expect(document).toBe(withErrors(document));
});
