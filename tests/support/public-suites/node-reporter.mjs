/** Node's test runner prints a line of JSON for each test that has no tests within. */
export default async function* (events) {
  /** Titles of the tests that have begun, outermost first. */
  const begun = [];
  /** Nesting of the test that ended last. */
  let last = 0;
  for await (const { type, data } of events) {
    if (type === 'test:start') begun[data.nesting] = data.name;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const { name, nesting, details, skip, todo } = data;
    const hasTests = last > nesting;
    last = nesting;
    // A test with tests within counts only if it failed by itself.
    if (hasTests && (type === 'test:pass' || details.error?.failureType === 'subtestsFailed')) continue;
    const left = skip !== undefined || todo !== undefined;
    yield `${JSON.stringify({
      title: [...begun.slice(0, nesting), name].join(' '),
      state: left ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed',
      error: details.error?.cause?.message ?? details.error?.message,
    })}\n`;
  }
}
