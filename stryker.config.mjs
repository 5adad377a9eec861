/**
 * Mutation testing: `npm run test:mutation` changes the rules of the tunnel in one place at a time, and runs their tests. A change that
 * no test notices shows a missing assertion. See CONTRIBUTING.md.
 */
import jestConfig from './jest.config.js';

const RULES = '{functions/core,protocol}';
/** Only these suites run: quick tests with fixed input. With generated input, a mutant could survive in one run and not in the next. */
const TESTS = 'tests/{support,unit/core,unit/protocol}';

export default {
  mutate: [`${RULES}/*.ts`],
  // Only what these suites need is copied for a run.
  ignorePatterns: ['**', `!${RULES}/*.ts`, `!${TESTS}/*.ts`, '!{package.json,.swcrc}'],
  testRunner: 'jest',
  jest: {
    // Stryker knows no projects: it gets the options of one, without the bundles that the other suites need.
    configFile: 'package.json',
    config: { ...jestConfig.projects[0], globalSetup: undefined, roots: ['<rootDir>'], watchman: false },
  },
  coverageAnalysis: 'perTest',
  // Values that a module computes as it is loaded: every suite would have to run for each of them, which takes longer than all the rest.
  ignoreStatic: true,
  // Nothing compiles the mutants but SWC, which does not check types.
  disableTypeChecks: false,
  concurrency: 2,
  // Mutants that end in an endless loop are found by time. On a busy machine others must not seem to.
  timeoutMS: 10_000,
  // The score is in percent. The run fails below `break`, which is a little below the score that was reached.
  thresholds: { high: 97, low: 96, break: 95 },
  reporters: ['clear-text', 'html', 'json', 'progress-append-only'],
  clearTextReporter: { logTests: false, reportTests: false },
  htmlReporter: { fileName: 'dist/mutation/report.html' },
  jsonReporter: { fileName: 'dist/mutation/report.json' },
  tempDirName: 'dist/mutation/run',
};
