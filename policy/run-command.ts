import { CommanderError, type Command } from 'commander';
import { TerraformInputError } from './terraform/read-terraform';

/** Runs a command line of this folder: wrong input is one line with the command's name, and exit status 2. */
export function runCommand(name: string, command: Command): void {
  try {
    command
      .configureOutput({
        writeErr: (text) => process.stderr.write(`${name}: ${text.replace(/^error: /, '')}`),
      })
      .exitOverride()
      .parse();
  } catch (error) {
    if (error instanceof TerraformInputError) {
      process.stderr.write(`${name}: ${error.message}\n`);
      process.exitCode = 2;
    } else if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else throw error;
  }
}
