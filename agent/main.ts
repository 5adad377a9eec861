import { parseCommandLine, type AgentCommand } from './command-line';
import { AgentOptionError } from './errors';
import { formatTarget, resolveTarget } from './local-target';
import { jsonOutput, textOutput, type Output } from './output';
import { runTunnel } from './run-tunnel';

const toStdout = (text: string): void => void process.stdout.write(text);
const toStderr = (text: string): void => void process.stderr.write(text);

/**
 * `http-tunnel`: resolves with the exit code, 0 when stopped or done, 1 when the cloud refuses, 2 for a wrong command
 * line, 3 when another agent has taken over the tunnel.
 */
async function main(): Promise<number> {
  // The program that reads this output (`http-tunnel http 3000 | head`) may end. The tunnel goes on.
  process.stdout.on('error', () => undefined);
  let command: AgentCommand;
  try {
    command = parseCommandLine(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof AgentOptionError)) throw error;
    toStderr(`error: ${error.message}\n`);
    return 2;
  }
  if (command.kind === 'task') return runTask(command.run);
  if (command.kind === 'text') {
    toStdout(command.text);
    return 0;
  }
  const { options, json, warnings } = command;
  const output = outputFor(`http://${formatTarget(resolveTarget(options.target, true))}`, json);
  for (const warning of warnings) output.warning(warning);
  return runTunnel(options, output);
}

async function runTask(run: () => Promise<string>): Promise<number> {
  try {
    toStdout(await run());
    return 0;
  } catch (error) {
    if (!(error instanceof AgentOptionError)) throw error;
    toStderr(`error: ${error.message}\n`);
    return 2;
  }
}

const outputFor = (target: string, json: boolean): Output => (json ? jsonOutput(target, toStdout) : textOutput(target, toStdout, toStderr));

void main().then((exitCode) => {
  process.exitCode = exitCode;
});
