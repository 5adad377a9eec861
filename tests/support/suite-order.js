const { sep } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/** The slowest kind first: they boot whole clouds, and wait. */
const FOLDERS = ['e2e', 'infra', 'property', 'unit'];

const rank = ({ path }) => FOLDERS.findIndex((folder) => path.includes(`${sep}tests${sep}${folder}${sep}`));

/**
 * In which order suites run. Once jest knows how long each took, the longest come first. In a new clone jest would go by the sizes
 * of the files, and a small one that waits long would come last, with one worker idle.
 */
module.exports = class SuiteOrder extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return tests.some(({ duration }) => duration !== undefined) ? sorted : sorted.sort((one, other) => rank(one) - rank(other));
  }
};
