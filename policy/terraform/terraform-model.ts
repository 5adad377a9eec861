import { Block } from './block';

export type Action = 'create' | 'update' | 'replace' | 'delete' | 'read' | 'no-op' | 'forget';

/** A resource as it will be; the same whether it comes from a synthesized stack or from a plan. */
export class Resource extends Block {
  constructor(
    /** `aws_lambda_function.sweep` */
    readonly address: string,
    readonly type: string,
    /** `sweep`: the construct's path. */
    readonly name: string,
    values: Readonly<Record<string, unknown>>,
  ) {
    super(address, values);
  }

  /** Whether a value means this resource: by reference, or by the name, ARN or URL that a plan already knows. */
  isMeantBy(value: string | undefined): boolean {
    if (value === undefined) return false;
    return value.includes(`\${${this.address}.`) || this.identities.includes(value);
  }

  private get identities(): string[] {
    return ['arn', 'id', 'name', 'function_name', 'bucket', 'url'].flatMap((path) => this.text(path) ?? []);
  }
}

/** What a plan does with one resource. */
export interface Change {
  readonly address: string;
  readonly type: string;
  readonly action: Action;
  /** Attributes that force a replacement. */
  readonly replacedBecauseOf: readonly string[];
}

/** A stack or a plan, in one shape. */
export interface TerraformModel {
  /** The file it was read from. */
  readonly file: string;
  /** Empty for a synthesized stack, which does nothing. */
  readonly changes: readonly Change[];
  readonly resources: readonly Resource[];
  /** Names of variables that are declared sensitive. */
  readonly sensitiveVariables: ReadonlySet<string>;
  /** On every resource that takes tags. */
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** Resources of a type. */
export const ofType = (model: TerraformModel, ...types: readonly string[]): Resource[] =>
  model.resources.filter(({ type }) => types.includes(type));
