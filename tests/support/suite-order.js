const { sep } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/** Test folders, the slowest first: its tests boot whole clouds and wait. */
const FOLDERS = ['e2e', 'infra', 'property', 'unit'];

const rank = ({ path }) => FOLDERS.findIndex((folder) => path.includes(`${sep}tests${sep}${folder}${sep}`));

/**
 * The order in which suites run. If jest knows the durations of earlier runs, the longest suites run first. In a new clone jest would
 * sort by file size: a small file with a slow test would run last, while another worker is idle.
 */
module.exports = class SuiteOrder extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return tests.some(({ duration }) => duration !== undefined) ? sorted : sorted.sort((one, other) => rank(one) - rank(other));
  }
};
