import { OperandError } from './operand-error';

/**
 * Matches strings against a wildcard: `*` stands for any number of characters, `\*` for an asterisk and `\\` for a backslash.
 * The time grows in proportion to string and wildcard. A regular expression could backtrack for very long.
 * @throws OperandError for `**`, and for a backslash before any other character
 */
export function compileWildcard(wildcard: string): (text: string) => boolean {
  const [head = '', ...rest] = literalsOf(wildcard);
  const tail = rest.pop();
  if (tail === undefined) return (text) => text === head;
  return (text) => {
    if (!text.startsWith(head) || !text.endsWith(tail)) return false;
    let position = head.length;
    for (const literal of rest) {
      const found = text.indexOf(literal, position);
      if (found === -1) return false;
      position = found + literal.length;
    }
    // Head, literals and tail must not overlap.
    return position <= text.length - tail.length;
  };
}

/** The pieces between the asterisks; one piece if there is no asterisk. */
function literalsOf(wildcard: string): string[] {
  const literals = [''];
  let afterAsterisk = false;
  const characters = wildcard[Symbol.iterator]();
  for (const character of characters) {
    if (character === '*' && afterAsterisk) throw new OperandError('has two asterisks in a row; one asterisk already matches any text');
    afterAsterisk = character === '*';
    if (afterAsterisk) literals.push('');
    else literals[literals.length - 1] += character === '\\' ? escaped(characters.next().value) : character;
  }
  return literals;
}

function escaped(character: string | undefined): string {
  if (character === '*' || character === '\\') return character;
  throw new OperandError('has a backslash that escapes neither * nor \\; write \\\\ for a backslash');
}
