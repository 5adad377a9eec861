/** Marks that replace a value in the model: a value that the plan does not know yet, and a secret value. */
export const KNOWN_AFTER_APPLY = Symbol('known after apply');
export const SENSITIVE = '(sensitive value)';

/** A rule needs a value that is known only after apply, so the rule can neither pass nor fail. */
export class UndecidedError extends Error {
  override readonly name = 'UndecidedError';
}

/** A reference to a resource's attribute inside a text: `${aws_sqs_queue.failures.arn}`. */
const RESOURCE_REFERENCE = /\$\{\s*(?:module\.[\w-]+\.)?[a-z]\w*_\w+\.[\w-]+[^}]*\}/;

export const refersToResource = (text: string): boolean => RESOURCE_REFERENCE.test(text);

/** A block of a resource, read by path: `tracing_config.mode`. Terraform writes a single block as an object or as a list of one. */
export class Block {
  constructor(
    /** `aws_lambda_function.sweep`, followed by the path of a nested block. */
    readonly where: string,
    private readonly values: Readonly<Record<string, unknown>>,
  ) {}

  /** Whether the configuration gives a value that is not null. @throws UndecidedError */
  has(path: string): boolean {
    return this.value(path) !== undefined;
  }

  /** A text, in which references stay as `${…}`. @throws UndecidedError */
  text(path: string): string | undefined {
    const value = this.value(path);
    return value === undefined ? undefined : `${value as string}`;
  }

  /** @throws UndecidedError when the value is a reference */
  number(path: string): number | undefined {
    const text = this.text(path);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (Number.isNaN(number)) throw this.undecided(path);
    return number;
  }

  /** A missing value is false. @throws UndecidedError when the value is a reference */
  flag(path: string): boolean {
    const text = this.text(path) ?? 'false';
    if (text !== 'true' && text !== 'false') throw this.undecided(path);
    return text === 'true';
  }

  /** The texts of a list. @throws UndecidedError */
  texts(path: string): string[] {
    const value = this.value(path) ?? [];
    const list = Array.isArray(value) ? value : [value];
    return list.map((item) => String(this.known(path, item)));
  }

  /** Nested blocks. @throws UndecidedError */
  blocks(path: string): Block[] {
    const value = this.value(path) ?? [];
    const list = Array.isArray(value) ? (value as unknown[]) : [value];
    return list.map((item) => new Block(`${this.where}.${path}`, this.known(path, item) as Record<string, unknown>));
  }

  /** A map. A value that only apply will know is KNOWN_AFTER_APPLY. @throws UndecidedError */
  map(path: string): Record<string, unknown> {
    return (this.value(path) as Record<string, unknown> | undefined) ?? {};
  }

  /** Parses JSON that is written as text. @throws UndecidedError when the text is a reference or not JSON */
  json(path: string): unknown {
    const text = this.text(path);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw this.undecided(path);
    }
  }

  private value(path: string): unknown {
    let value: unknown = this.values;
    for (const key of path.split('.')) {
      if (Array.isArray(value)) value = (value as unknown[])[0];
      value = this.known(path, (value as Record<string, unknown> | null | undefined)?.[key]);
    }
    return value ?? undefined;
  }

  private known(path: string, value: unknown): unknown {
    if (value === KNOWN_AFTER_APPLY) throw this.undecided(path);
    return value;
  }

  private undecided(path: string): UndecidedError {
    return new UndecidedError(`${path} is not known yet`);
  }
}
