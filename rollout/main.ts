/** `npm run rollout`: shows how far the event-driven path is rolled out, and takes the next step. */
import { runProgram } from '../cli/command-line';
import { connect } from './connect';
import { parseRolloutOptions } from './options';
import { runRollout } from './run';

const terminal = {
  out: (line: string): void => void process.stdout.write(`${line}\n`),
  error: (line: string): void => void process.stderr.write(`rollout: ${line}\n`),
};

void runProgram('rollout', parseRolloutOptions, (options) => runRollout(options, () => connect(options.env, options.timeFactor), terminal));
