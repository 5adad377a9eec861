/** `npm run rollout`: how far the event-driven path is rolled out, and the next step. */
import { runProgram } from '../cli/command-line';
import { connect } from './connect';
import { parseRolloutOptions } from './options';
import { runRollout } from './run';

const terminal = {
  out: (line: string): void => void process.stdout.write(`${line}\n`),
  error: (line: string): void => void process.stderr.write(`rollout: ${line}\n`),
};

// It would stand between the lines of every command; which versions run is what the lock file says.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

void runProgram('rollout', parseRolloutOptions, (options) => runRollout(options, () => connect(options.env, options.timeFactor), terminal));
