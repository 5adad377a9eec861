/** Metric math as a tree: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html */
import { MathError } from './math-error';
import { tokensOf, type Token } from './tokens';

export type BinaryOperator = '+' | '-' | '*' | '/' | '^' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||';

export type MathNode =
  | { readonly kind: 'number'; readonly value: number }
  /** A word as an argument: the filter of METRICS, or the mode of FILL. */
  | { readonly kind: 'text'; readonly value: string }
  /** A metric or another expression, by its id. */
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'array'; readonly items: readonly MathNode[] }
  | { readonly kind: 'minus'; readonly operand: MathNode }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: MathNode; readonly right: MathNode }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly MathNode[] };

/** Operators from the lowest to the highest precedence. Operators of one row have the same precedence and associate to the left. */
const LEVELS: readonly (readonly string[])[] = [['||'], ['&&'], ['==', '!=', '<', '<=', '>', '>='], ['+', '-'], ['*', '/']];

/** @throws MathError for invalid syntax. Function names are checked in evaluate-math.ts. */
export function parseMath(expression: string): MathNode {
  const parser = new Parser(tokensOf(expression));
  const node = parser.binary(0);
  parser.end();
  return node;
}

class Parser {
  private next = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  binary(level: number): MathNode {
    const operators = LEVELS[level];
    if (!operators) return this.unary();
    let left = this.binary(level + 1);
    for (let operator = this.takeAny(operators); operator !== undefined; operator = this.takeAny(operators)) {
      left = { kind: 'binary', operator: operator as BinaryOperator, left, right: this.binary(level + 1) };
    }
    return left;
  }

  end(): void {
    const rest = this.tokens[this.next];
    if (rest) throw new MathError(`"${rest.value}" is unexpected`);
  }

  private unary(): MathNode {
    if (this.takeAny(['-']) !== undefined) return { kind: 'minus', operand: this.unary() };
    const base = this.primary();
    return this.takeAny(['^']) === undefined ? base : { kind: 'binary', operator: '^', left: base, right: this.unary() };
  }

  private primary(): MathNode {
    const token = this.tokens[this.next++];
    if (!token) throw new MathError('the expression ends too early');
    if (token.kind === 'number' || token.kind === 'text') return token;
    if (token.kind === 'sign') return this.bracket(token.value);
    if (this.takeAny(['(']) !== undefined) return { kind: 'call', name: token.value, args: this.list(')') };
    // Ids begin with a lower-case letter; words for functions are in upper case.
    return /^[a-z]/.test(token.value) ? { kind: 'id', id: token.value } : { kind: 'text', value: token.value };
  }

  private bracket(sign: string): MathNode {
    if (sign === '[') return { kind: 'array', items: this.list(']') };
    if (sign !== '(') throw new MathError(`"${sign}" is unexpected`);
    const inner = this.binary(0);
    this.expect(')');
    return inner;
  }

  /** The items of a list, up to its closing bracket. */
  private list(closing: string): MathNode[] {
    const items: MathNode[] = [];
    if (this.takeAny([closing]) !== undefined) return items;
    do items.push(this.binary(0));
    while (this.takeAny([',']) !== undefined);
    this.expect(closing);
    return items;
  }

  private expect(sign: string): void {
    if (this.takeAny([sign]) === undefined) throw new MathError(`a "${sign}" is missing`);
  }

  private takeAny(signs: readonly string[]): string | undefined {
    const token = this.tokens[this.next];
    if (token?.kind !== 'sign' || !signs.includes(token.value)) return undefined;
    this.next += 1;
    return token.value;
  }
}
