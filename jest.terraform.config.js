/** What asks Terraform itself: every stack planned, applied to a mock of AWS, its state kept. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config'),
  roots: ['<rootDir>/tests/terraform'],
  testPathIgnorePatterns: [],
};
