/** A command line, split like in a shell. `inner` has the commands in `$(…)`. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly inner: readonly CommandLine[];
}

/** Placeholder in a word for the output of an inner command. */
export const OUTPUT = '<output>';

/**
 * Splits a command line. Supports what runbooks need: quotes, and `$(…)` that is not nested.
 * @throws Error for quotes that do not close, and for unsupported syntax (`|`, `;`, `&&`, variables)
 */
export function splitCommand(line: string): CommandLine {
  const inner: CommandLine[] = [];
  const flat = line.replace(/\$\(([^()]*)\)/g, (_, command: string) => {
    inner.push(splitCommand(command));
    return OUTPUT;
  });
  const words: string[] = [];
  let rest = flat.trim();
  while (rest !== '') {
    const word = /^(?:'[^']*'|"[^"$`\\]*"|[^\s'"$`|;&\\])+(?=\s|$)/.exec(rest)?.[0];
    if (word === undefined) throw new Error(`cannot read the command from: ${rest}`);
    words.push(word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''));
    rest = rest.slice(word.length).trim();
  }
  return { words, inner };
}
