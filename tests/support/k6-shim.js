/** A replacement for the parts of k6 that tests/load/event-driven-test.js uses, to run it without k6: one visitor, one iteration. */
const { execFileSync } = require('node:child_process');

// k6's calls are synchronous, so another process sends the request while this one waits.
const ASK = `const [, url] = process.argv; const begin = performance.now();
  fetch(url).then(async (reply) => { const body = await reply.text();
    process.stdout.write(JSON.stringify({ status: reply.status, body, timings: { duration: performance.now() - begin } })); });`;

const recorded = {};
class Metric {
  constructor(name) {
    recorded[name] = this.values = [];
  }
  add(value) {
    this.values.push(Number(value));
  }
}

module.exports = {
  recorded,
  Rate: Metric,
  Trend: Metric,
  check: (value, checks) => Object.values(checks).every((holds) => holds(value)),
  get: (url) => JSON.parse(execFileSync(process.execPath, ['-e', ASK, url]).toString()),
  default: { get: (url) => module.exports.get(url) },
};
