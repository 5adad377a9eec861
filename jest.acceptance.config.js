/** What takes too long for `npm test`, and what every change has to pass all the same. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config'),
  roots: ['<rootDir>/tests/acceptance'],
  testPathIgnorePatterns: [],
  // One suite after the other: they measure, and a second one would take the machine from them; and they share dist/local-cloud.json.
  maxWorkers: 1,
  // Half a minute of CPU time is the most that a test here takes. Only what hangs gets so far, however busy the machine. In ms.
  testTimeout: 900_000,
};
