/** `npm start`: the whole tunnel on one machine. */
import { AgentOptionError, onStopSignal, TunnelRefusedError } from '../agent';
import { CommandLineError } from '../cli/command-line';
import { ToldError } from '../cli/told-error';
import { FaultPlanError } from '../emulator/faults/fault-plan';
import { exitWithParent } from '../emulator/process-guard';
import { StackError } from '../emulator/stack-error';
import { run } from './start/run';
import { parseStartOptions, type StartOptions } from './start/start-options';
import { jsonOutput, textOutput } from './start/start-output';

const toStdout = (text: string): void => void process.stdout.write(text);
const toStderr = (text: string): void => void process.stderr.write(text);

/** Errors that the user can correct; the message says how. */
const TOLD = [AgentOptionError, StackError, ToldError, TunnelRefusedError];

/** Resolves with the exit code: 0 when stopped, 1 when the tunnel cannot run, 2 for a wrong command line. */
async function main(): Promise<number> {
  // The program that reads this output (`npm start | head`) may end. The tunnel goes on.
  process.stdout.on('error', () => undefined);
  let options: StartOptions;
  try {
    const parsed = parseStartOptions(process.argv.slice(2));
    if ('help' in parsed) {
      toStdout(parsed.help);
      return 0;
    }
    options = parsed;
  } catch (error) {
    if (![AgentOptionError, CommandLineError, FaultPlanError].some((expected) => error instanceof expected)) throw error;
    toStderr(`http-tunnel: ${(error as Error).message}\n`);
    return 2;
  }
  const output = options.json ? jsonOutput(toStdout, options.verbose) : textOutput(toStdout, toStderr, options.verbose);
  const ended = endOfUse();
  try {
    const running = run(options, output);
    await Promise.race([running, ended]);
    await ended;
    output.stopping();
    // An interrupted start rejects after it has cleaned up.
    const started = await running.catch(() => undefined);
    await started?.close();
    return 0;
  } catch (error) {
    toStderr(`http-tunnel: ${explain(error as Error)}\n`);
    return 1;
  }
}

/** Resolves on Ctrl-C, on SIGTERM, and when npm, the parent process, has ended. */
function endOfUse(): Promise<void> {
  return new Promise((resolve) => {
    onStopSignal(resolve);
    exitWithParent(resolve);
  });
}

function explain(error: Error): string {
  if (TOLD.some((told) => error instanceof told)) return error.message;
  const hint = process.env['HTTP_TUNNEL_DEBUG'] ? `\n${error.stack}` : ' (set HTTP_TUNNEL_DEBUG=1 to see the stack trace)';
  return `${error.message}${hint}`;
}

void main().then((code) => {
  process.exitCode = code;
});
