import { MathError } from './math-error';

export type Token =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly value: string }
  /** An operator, a bracket or a comma; `AND` and `OR` as `&&` and `||`. */
  | { readonly kind: 'sign'; readonly value: string };

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|"([^"]*)"|'([^']*)'|([A-Za-z_]\w*)|(==|!=|<=|>=|&&|\|\||[-+*/^<>()[\],]))/y;
const WORDS: Readonly<Record<string, string>> = { AND: '&&', OR: '||' };

/** @throws MathError for a character that cannot begin a token */
export function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  const text = expression.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new MathError(`"${text.slice(at).trim()}" is not valid metric math`);
    const [, number, doubleQuoted, singleQuoted, name, sign] = match;
    const quoted = doubleQuoted ?? singleQuoted;
    if (number !== undefined) tokens.push({ kind: 'number', value: Number(number) });
    else if (quoted !== undefined) tokens.push({ kind: 'text', value: quoted });
    else if (name !== undefined)
      tokens.push(WORDS[name] === undefined ? { kind: 'name', value: name } : { kind: 'sign', value: WORDS[name] });
    else tokens.push({ kind: 'sign', value: sign ?? '' });
  }
  return tokens;
}
