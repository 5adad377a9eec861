import type { MetricQuerySpec, MetricStatSpec } from '../../specs';
import { evaluateMath } from './evaluate-math';
import { MathError } from './math-error';
import { series, type MathValue, type Series } from './math-value';
import { parseMath, type MathNode } from './parse-math';

export interface Window {
  /** Length of every series. */
  readonly periods: number;
  /** A metric's values, oldest first. */
  readonly read: (metric: MetricStatSpec) => Series;
}

const NO_DATA: Window = { periods: 1, read: () => [undefined] };

/** The metrics and expressions of one alarm or one request. They refer to each other by id. */
export class QuerySet {
  private readonly byId: ReadonlyMap<string, MetricQuerySpec>;
  private readonly parsed = new Map<string, MathNode>();

  /** @throws MathError for an expression that cannot be computed; the message has its id */
  constructor(private readonly queries: readonly MetricQuerySpec[]) {
    this.byId = new Map(queries.map((query) => [query.id, query]));
    if (this.byId.size < queries.length) throw new MathError('two queries have the same id');
    for (const { id, expression } of queries) {
      if (!/^[a-z]\w*$/.test(id))
        throw new MathError(`the id "${id}" must begin with a lower-case letter and contain only letters, digits and _`);
      if (expression !== undefined) this.at(id, () => this.parsed.set(id, parseMath(expression)));
    }
    // Evaluates every query once, without data. Ids, arguments and kinds of values do not depend on data, so this finds every error.
    for (const { id, returnsData } of queries) {
      if (returnsData) this.seriesOf(id, NO_DATA);
      else if (this.evaluate(id, NO_DATA).kind === 'scalar') throw new MathError(`${id} gives a number, but must give time series`);
    }
  }

  /** The time series of a query. @throws MathError if the query gives a number or an array */
  seriesOf(id: string, window: Window): Series {
    const value = this.evaluate(id, window);
    if (value.kind === 'series') return value.values;
    const what = value.kind === 'scalar' ? 'a number' : 'an array of time series';
    throw new MathError(`${id} gives ${what}, but must give one time series`);
  }

  /** The metrics from which a query is computed; all metrics if an expression uses METRICS. */
  metricsOf(id: string, seen: ReadonlySet<string> = new Set()): MetricStatSpec[] {
    const query = this.byId.get(id);
    if (!query || seen.has(id)) return [];
    if (query.metric) return [query.metric];
    const node = this.parsed.get(id);
    if (!node) return [];
    const { ids, usesAll } = referencesIn(node);
    if (usesAll) return this.queries.flatMap(({ metric }) => metric ?? []);
    return ids.flatMap((each) => this.metricsOf(each, new Set([...seen, id])));
  }

  private evaluate(id: string, window: Window): MathValue {
    const values = new Map<string, MathValue>();
    const open = new Set<string>();
    const compute = ({ id: each, metric }: MetricQuerySpec): MathValue => {
      if (metric) return series(window.read(metric));
      const node = this.parsed.get(each);
      if (!node) throw new MathError(`${each} has neither a metric nor an expression`);
      return this.at(each, () => evaluateMath(node, scope));
    };
    const valueOf = (each: string): MathValue => {
      const known = values.get(each);
      if (known) return known;
      const query = this.byId.get(each);
      if (!query) throw new MathError(`there is no query "${each}"`);
      if (open.has(each)) throw new MathError(`${each} refers to itself`);
      open.add(each);
      const value = compute(query);
      open.delete(each);
      values.set(each, value);
      return value;
    };
    const metricIds = this.queries.flatMap((query) => (query.metric ? [query.id] : []));
    const scope = { valueOf, metricIds, periods: window.periods };
    return valueOf(id);
  }

  private at<T>(id: string, act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof MathError) || error.message.startsWith('expression ')) throw error;
      throw new MathError(`expression ${id} = ${this.byId.get(id)?.expression}: ${error.message}`);
    }
  }
}

function referencesIn(node: MathNode): { readonly ids: readonly string[]; readonly usesAll: boolean } {
  const children = childrenOf(node).map(referencesIn);
  return {
    ids: [...(node.kind === 'id' ? [node.id] : []), ...children.flatMap(({ ids }) => ids)],
    usesAll: (node.kind === 'call' && node.name === 'METRICS') || children.some(({ usesAll }) => usesAll),
  };
}

function childrenOf(node: MathNode): readonly MathNode[] {
  switch (node.kind) {
    case 'array':
      return node.items;
    case 'call':
      return node.args;
    case 'minus':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    default:
      return [];
  }
}
