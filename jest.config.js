const { availableParallelism } = require('node:os');

// The suites run on Node 20, where the SDK warns about its future at every start.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** How every suite is run. @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  transform: { '^.+\\.(m?[jt]s)$': '@swc/jest' },
  // Published as ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(jose|d3-random|@octokit/webhooks-methods)/)'],
  // Its package offers itself to `import` alone.
  moduleNameMapper: { '^@octokit/webhooks-methods$': '<rootDir>/node_modules/@octokit/webhooks-methods/dist-node/index.js' },
  modulePathIgnorePatterns: ['<rootDir>/cdktf.out', '<rootDir>/dist'],
  globalSetup: '<rootDir>/tests/support/build-bundles.ts',
};

/** Folders of tests/ by the command that runs them, which selects a project by this name. */
const PROJECTS = {
  /** `npm test` */
  test: ['e2e', 'infra', 'property', 'unit'],
  /** `npm run test:acceptance`: what takes too long for `npm test`, and what every change has to pass all the same. */
  acceptance: ['acceptance'],
  /** `npm run test:slow`: deadlines in real time, and other projects' tests. */
  slow: ['slow'],
  /** `npm run test:terraform`: what asks Terraform itself. */
  terraform: ['terraform'],
};

/** @type {import('jest').Config} */
module.exports = {
  projects: Object.entries(PROJECTS).map(([displayName, folders]) => ({
    ...common,
    displayName,
    roots: folders.map((folder) => `<rootDir>/tests/${folder}`),
  })),
  // Only what hangs gets so far, however busy the machine. Acceptance tests, which take more, have a limit of their own in package.json. In ms.
  testTimeout: 300_000,
  testSequencer: '<rootDir>/tests/support/suite-order.js',
  // Suites wait for half of their time, so that one and a half a core keep the machine at work. More than eight save no time: then the longest
  // suite decides.
  maxWorkers: Math.min(8, Math.ceil(1.5 * availableParallelism())),
};
