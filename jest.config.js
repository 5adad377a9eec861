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
  // Every other suite waits more than it computes. Jest takes at least one worker.
  maxWorkers: '150%',
};
