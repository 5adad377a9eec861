import { Help, Option, type Command } from 'commander';

/** Defaults that a reader learns nothing from: an option that is off, or was not given. */
const saysNothing = ({ defaultValue, defaultValueDescription }: Option): boolean =>
  defaultValueDescription === undefined && (defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0));

class PlainHelp extends Help {
  override optionDescription(option: Option): string {
    // Commander prints a default that is not undefined. The copy has none.
    const shown = saysNothing(option) ? Object.assign(new Option(option.flags), option, { defaultValue: undefined }) : option;
    return super.optionDescription(shown);
  }
}

/** Gives a program and all its subcommands the same help. */
export function withPlainHelp(command: Command): Command {
  command.createHelp = () => Object.assign(new PlainHelp(), command.configureHelp());
  command.helpOption('-h, --help', 'show this help');
  if (command.commands.length > 0) command.helpCommand('help [command]', 'show the help of a command');
  for (const subcommand of command.commands) withPlainHelp(subcommand);
  return command;
}
