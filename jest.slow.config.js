/** What takes longer than `npm test` may: real deadlines, one after the other. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config'),
  roots: ['<rootDir>/tests/slow'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
};
