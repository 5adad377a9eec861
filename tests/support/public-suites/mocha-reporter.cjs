/** Writes a line of JSON for each test to the file that the option `file` names. */
const { appendFileSync } = require('node:fs');

module.exports = function (runner, { reporterOptions }) {
  const report = (test, state, error) => {
    appendFileSync(reporterOptions.file, `${JSON.stringify({ title: test.fullTitle(), state, error: error?.message })}\n`);
  };
  runner.on('pass', (test) => report(test, 'passed'));
  runner.on('pending', (test) => report(test, 'skipped'));
  runner.on('fail', (test, error) => report(test, 'failed', error));
};
