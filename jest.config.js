const { availableParallelism } = require('node:os');

// The suites run on Node 20, where the SDK warns about its future at every start.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testPathIgnorePatterns: ['<rootDir>/tests/acceptance/', '<rootDir>/tests/slow/', '<rootDir>/tests/terraform/'],
  transform: { '^.+\\.(m?[jt]s)$': '@swc/jest' },
  // Published as ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(jose|d3-random|@octokit/webhooks-methods)/)'],
  // Its package offers itself to `import` alone.
  moduleNameMapper: { '^@octokit/webhooks-methods$': '<rootDir>/node_modules/@octokit/webhooks-methods/dist-node/index.js' },
  modulePathIgnorePatterns: ['<rootDir>/cdktf.out', '<rootDir>/dist'],
  testSequencer: '<rootDir>/tests/support/suite-order.js',
  globalSetup: '<rootDir>/tests/support/build-bundles.ts',
  // Only what hangs gets so far, however busy the machine. In ms.
  testTimeout: 300_000,
  // Suites wait for half of their time, so that one and a half a core keep the machine at work. More than eight save no time: then the longest
  // suite decides.
  maxWorkers: Math.min(8, Math.ceil(1.5 * availableParallelism())),
};
