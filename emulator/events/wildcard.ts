import { OperandError } from './operand-error';

/**
 * Matches texts against a wildcard: `*` stands for any run of characters, `\*` and `\\` for themselves. Takes time in
 * proportion to text and wildcard; a regular expression could be made to backtrack for ages.
 * @throws OperandError for `**` and for a backslash before anything else
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

/** The pieces between the asterisks; one piece where there is none. */
function literalsOf(wildcard: string): string[] {
  const literals = [''];
  let afterAsterisk = false;
  const characters = wildcard[Symbol.iterator]();
  for (const character of characters) {
    if (character === '*' && afterAsterisk) throw new OperandError('has two asterisks in a row; one matches any run already');
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
