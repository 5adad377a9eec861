/** What `npm test` has no time for within its five minutes, and what every change has to pass all the same. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config'),
  roots: ['<rootDir>/tests/acceptance'],
  testPathIgnorePatterns: [],
  // One suite after the other: they measure, and a second one would take the machine from them; and they share dist/local-cloud.json.
  maxWorkers: 1,
};
