/** What `npm test` has no time for within its five minutes, and what every change has to pass all the same. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config'),
  roots: ['<rootDir>/tests/acceptance'],
  testPathIgnorePatterns: [],
  // They measure, they load the machine, and they share dist/local-cloud.json: one after the other.
  maxWorkers: 1,
};
