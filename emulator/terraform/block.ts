import type { Attributes } from './stack';

export type Kind = 'string' | 'number' | 'boolean';
export type ValueOf<K extends Kind> = K extends 'string' ? string : K extends 'number' ? number : boolean;

/** The place of a value in the configuration: `{ address: 'aws_sqs_queue.failures', path: 'name' }`. */
export interface Place {
  readonly address: string;
  readonly path: string;
}

/** How a program reads the values of a configuration. */
export interface Reading {
  /** Called for every value on the way to an attribute. @throws Error for a value that cannot be used */
  known(value: unknown, place: Place): unknown;
  /** The value of an attribute, for example with its references replaced. */
  resolve(value: unknown, place: Place): unknown;
  /** The value as a text, number or flag. @throws Error for a value of another kind */
  convert<K extends Kind>(value: unknown, kind: K, place: Place): ValueOf<K>;
  /** The error for a value that the program needs and cannot read. */
  problem(what: string, place: Place): Error;
}

/**
 * A resource in Terraform's JSON, or a block in a resource. Attributes are read by their path: `name`, `tracing_config.mode`.
 * Terraform writes a single nested block as an object or as a list with one object; both forms are read. `null` counts as missing.
 *
 * @example
 * block.text('name'); // throws if there is no name
 * block.optionalNumber('retry_policy.maximum_retry_attempts');
 */
export class Block {
  constructor(
    /** `aws_lambda_function.sweep`, followed by the path of a nested block. */
    readonly address: string,
    private readonly attributes: Attributes,
    private readonly reading: Reading,
  ) {}

  has(path: string): boolean {
    return this.configured(path) !== undefined;
  }

  /** @throws Error when the attribute is missing */
  text(path: string): string {
    return this.optionalText(path) ?? this.missing(path);
  }

  optionalText(path: string): string | undefined {
    return this.typed(path, 'string');
  }

  /** @throws Error when the attribute is missing */
  number(path: string): number {
    return this.optionalNumber(path) ?? this.missing(path);
  }

  optionalNumber(path: string): number | undefined {
    return this.typed(path, 'number');
  }

  /** A missing flag is false. */
  flag(path: string): boolean {
    return this.typed(path, 'boolean') ?? false;
  }

  /** The texts of a list. A missing list is empty. */
  texts(path: string): string[] {
    const place = this.at(path);
    const list = this.value(path) ?? [];
    if (!Array.isArray(list)) throw this.reading.problem('is not a list', place);
    return list.map((item) => this.reading.convert(this.reading.known(item, place), 'string', place));
  }

  /** A missing map is empty. */
  map(path: string): Record<string, string> {
    return (this.value(path) ?? {}) as Record<string, string>;
  }

  /** Parses an attribute that contains JSON. @throws Error when the attribute is missing, or is not JSON */
  json(path: string): unknown {
    return this.optionalJson(path) ?? this.missing(path);
  }

  /** @throws Error when the attribute is not JSON */
  optionalJson(path: string): unknown {
    const text = this.optionalText(path);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.reading.problem(`is not JSON: ${(error as Error).message}`, this.at(path));
    }
  }

  /** The nested blocks at a path. */
  blocks(path: string): Block[] {
    const place = this.at(path);
    return [this.configured(path) ?? []]
      .flat()
      .map((item) => new Block(`${this.address}.${path}`, this.reading.known(item, place) as Attributes, this.reading));
  }

  /** The first nested block at a path. */
  block(path: string): Block | undefined {
    return this.blocks(path)[0];
  }

  private typed<K extends Kind>(path: string, kind: K): ValueOf<K> | undefined {
    const value = this.value(path);
    return value === undefined ? undefined : this.reading.convert(value, kind, this.at(path));
  }

  private value(path: string): unknown {
    const value = this.configured(path);
    return value === undefined ? undefined : (this.reading.resolve(value, this.at(path)) ?? undefined);
  }

  private configured(path: string): unknown {
    let value: unknown = this.attributes;
    for (const key of path.split('.')) {
      const block = Array.isArray(value) ? (value as unknown[])[0] : value;
      value = this.reading.known((block as Attributes | null | undefined)?.[key], this.at(path));
    }
    return value ?? undefined;
  }

  private at(path: string): Place {
    return { address: this.address, path };
  }

  private missing(path: string): never {
    throw this.reading.problem('is missing', this.at(path));
  }
}
