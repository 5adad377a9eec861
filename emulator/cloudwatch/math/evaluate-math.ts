import { aggregate, AGGREGATE_NAMES, choose, fill } from './functions';
import { MathError } from './math-error';
import { array, scalar, type MathValue, type Series } from './math-value';
import { binary, negate } from './operators';
import type { MathNode } from './parse-math';

export interface MathScope {
  /** The value of a metric or expression. @throws MathError for an unknown id */
  valueOf(id: string): MathValue;
  /** Ids of the metrics of the request, without its expressions. */
  readonly metricIds: readonly string[];
  /** Length of every series. */
  readonly periods: number;
}

const KNOWN = ['METRICS', 'IF', 'FILL', ...AGGREGATE_NAMES];

/** @throws MathError for functions that the local cloud does not compute and for invalid arguments */
export function evaluateMath(node: MathNode, scope: MathScope): MathValue {
  const evaluate = (child: MathNode): MathValue => evaluateMath(child, scope);
  switch (node.kind) {
    case 'number':
      return scalar(node.value);
    case 'text':
      throw new MathError(`"${node.value}" is unexpected`);
    case 'id':
      return scope.valueOf(node.id);
    case 'array':
      return array(node.items.flatMap((item) => itemsOf(evaluate(item))));
    case 'minus':
      return negate(evaluate(node.operand));
    case 'binary':
      return binary(node.operator, evaluate(node.left), evaluate(node.right));
    case 'call':
      return call(node.name, node.args, scope);
  }
}

function call(name: string, args: readonly MathNode[], scope: MathScope): MathValue {
  const argument = (index: number): MathValue => {
    const node = args[index];
    if (!node) throw new MathError(`${name} needs more arguments`);
    return evaluateMath(node, scope);
  };
  const atMost = (count: number): void => {
    if (args.length > count) throw new MathError(`${name} takes ${count} arguments at most`);
  };
  if (AGGREGATE_NAMES.includes(name)) {
    atMost(1);
    return aggregate(name, argument(0));
  }
  switch (name) {
    case 'METRICS':
      atMost(1);
      return metricsNamed(args[0], scope);
    case 'FILL': {
      atMost(2);
      const how = args[1];
      return fill(argument(0), how?.kind === 'text' ? fillingOf(how.value) : argument(1));
    }
    case 'IF':
      atMost(3);
      return choose(argument(0), argument(1), args[2] && argument(2), scope.periods);
    default:
      throw new MathError(`the local cloud does not compute ${name}; it knows ${KNOWN.join(', ')}, + - * / ^, comparisons, AND and OR`);
  }
}

function metricsNamed(part: MathNode | undefined, scope: MathScope): MathValue {
  if (part !== undefined && part.kind !== 'text') throw new MathError('METRICS takes a text in quotes');
  const ids = scope.metricIds.filter((id) => part === undefined || id.includes(part.value));
  return array(ids.flatMap((id) => itemsOf(scope.valueOf(id))));
}

function fillingOf(word: string): 'REPEAT' | 'LINEAR' {
  if (word === 'REPEAT' || word === 'LINEAR') return word;
  throw new MathError(`FILL fills with a value, a time series, REPEAT or LINEAR, not with ${word}`);
}

function itemsOf(value: MathValue): readonly Series[] {
  if (value.kind === 'scalar') throw new MathError('an array holds time series, not numbers');
  return value.kind === 'series' ? [value.values] : value.items;
}
