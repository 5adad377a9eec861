/** `npm run probe`: measures a running environment, and looks whether AWS behaves as this project assumes. */
import { runProgram } from '../cli/command-line';
import { progressOn } from '../cli/progress';
import { parseProbeOptions } from './options';
import { placeOf } from './place';
import { runProbe } from './run';

// Hides an SDK warning that would stand between the output lines. The lock file decides which versions run.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const terminal = { out: (text: string): void => void process.stdout.write(`${text}\n`), progress: progressOn(process.stderr) };

void runProgram('probe', parseProbeOptions, (options) => runProbe(options, () => placeOf(options.env, options.outputs), terminal));
