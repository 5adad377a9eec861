import { readFileSync } from 'node:fs';
import path from 'node:path';
import { environments, type Environment } from '../../../environments';
import { documents } from '../../support/documents';
import { problemsOfDocument, type Count } from '../../support/document-facts';

const ROOT = path.join(__dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
/** The mutation score below which `npm run test:mutation` fails, in percent. */
const floor = Number(/\bbreak: (\d+)/.exec(read('stryker.config.mjs'))?.[1]);
const COUNTS: readonly Count[] = [{ pattern: /\ba floor of (\d+) %/g, actual: floor }];

// The changelog describes earlier versions, with names that no longer exist. The oracle's reports say what was seen in one run.
const isOfItsTime = (name: string): boolean => name === 'CHANGELOG.md' || name.startsWith('docs/oracle/');

test.each(documents.filter((name) => !isOfItsTime(name)))('the paths, npm scripts, flags and counts in %s are correct', (document) => {
  expect(problemsOfDocument(read(document), COUNTS)).toEqual([]);
});

test.each(['CONTRIBUTING.md', 'tests/README.md'])('%s names the floor of the mutation score', (document) => {
  expect(read(document)).toContain(`a floor of ${floor} %`);
});

test('docs/limits.md says how much memory the functions of each environment have', () => {
  const words = ({ functions }: Environment): string => {
    const more = Object.entries(functions).flatMap(([name, { memoryMb }]) => (memoryMb === 512 ? [`\`${name}\``] : []));
    expect(Object.values(functions).filter(({ memoryMb }) => memoryMb === 256)).toHaveLength(Object.keys(functions).length - more.length);
    return more.length === 0 ? '256 MB' : `${more.slice(0, -1).join(', ')} and ${more.at(-1)} 512 MB, the rest 256 MB`;
  };
  const { dev, local, prod, staging } = environments;
  expect([words(local), words(staging)]).toEqual([words(dev), words(prod)]);
  expect(read('docs/limits.md')).toContain(`| Memory | ${words(dev)} | ${words(prod)} |`);
});

test.each([
  ['reports a path that does not exist', 'See `functions/core/nowhere.ts`.', 'the path functions/core/nowhere.ts does not exist'],
  ['reports an npm script that does not exist', 'Run `npm run benchmark`.', 'package.json has no script benchmark'],
  ['reports a flag that the npm script does not have', 'Run `npm run bench -- --quickly`.', 'npm run bench has a flag --quickly'],
  [
    'reports a flag in a code block that the npm script does not have',
    '```sh\nnpm start -- --prot 3000\n```',
    'npm run start has a flag --prot',
  ],
  ['reports a flag that no program has', 'With `--quickly` it is quicker.', 'no program has a flag --quickly'],
  ['accepts a correct count', `It has a floor of ${floor} %.`, undefined],
  ['reports a wrong count', 'It has a floor of 7 %.', `"a floor of 7 %": there are ${floor}`],
  [
    'reports a count of what the stacks have',
    'A stack has 7 tables and a bus.',
    '"7 tables": leave the number out, or link to the table in docs/plan-review.md',
  ],
])('the check of a document %s', (_, text, problem) => {
  expect(problemsOfDocument(text, COUNTS)).toEqual(problem === undefined ? [] : [problem]);
});
