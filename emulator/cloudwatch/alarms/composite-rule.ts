/** Rules of composite alarms: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
import { ALARM_STATES, type AlarmState } from '../../observations';

export interface CompositeRule {
  /** Names or ARNs of the alarms in the rule. */
  readonly children: readonly string[];
  holds(stateOf: (alarm: string) => AlarmState): boolean;
}

type Holds = CompositeRule['holds'];

const TOKEN = /\s*(?:([()])|"([^"]*)"|'([^']*)'|([^\s()"']+))/y;
const STATES: readonly string[] = ALARM_STATES;

/** @throws SyntaxError for an invalid rule */
export function parseCompositeRule(rule: string): CompositeRule {
  const tokens = tokensOf(rule);
  const children = new Set<string>();
  let next = 0;
  const take = (...texts: string[]): boolean => {
    const found = texts.includes(tokens[next] ?? '');
    if (found) next += 1;
    return found;
  };
  const expect = (text: string): void => {
    if (!take(text)) throw new SyntaxError(`"${text}" is expected instead of ${tokens[next] ?? 'the end'}`);
  };

  const or = (): Holds => chained('OR', and, (left, right) => (states) => left(states) || right(states));
  const and = (): Holds => chained('AND', not, (left, right) => (states) => left(states) && right(states));
  const not = (): Holds => {
    if (!take('NOT')) return single();
    const inner = not();
    return (states) => !inner(states);
  };
  function chained(word: string, operand: () => Holds, combine: (left: Holds, right: Holds) => Holds): Holds {
    let left = operand();
    while (take(word)) left = combine(left, operand());
    return left;
  }
  function single(): Holds {
    if (take('(')) {
      const inner = or();
      expect(')');
      return inner;
    }
    if (take('TRUE')) return () => true;
    if (take('FALSE')) return () => false;
    const state = tokens[next++];
    if (state === undefined || !STATES.includes(state))
      throw new SyntaxError(`${state ?? 'the end'} is not ${STATES.join(', ')}, TRUE or FALSE`);
    expect('(');
    const child = tokens[next++];
    if (child === undefined || child === ')') throw new SyntaxError(`${state} has no alarm name in its brackets`);
    expect(')');
    children.add(child);
    return (stateOf) => stateOf(child) === state;
  }

  const holds = or();
  if (next < tokens.length) throw new SyntaxError(`${tokens[next]} is unexpected`);
  return { children: [...children], holds };
}

function tokensOf(rule: string): string[] {
  const tokens: string[] = [];
  const text = rule.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new SyntaxError(`${text.slice(at)} is not a valid rule`);
    tokens.push(match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
  }
  return tokens;
}
