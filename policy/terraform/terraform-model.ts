import { Block } from '../../emulator/terraform/block';
import { PLANNED } from './planned-reading';

export type Action = 'create' | 'update' | 'replace' | 'delete' | 'read' | 'no-op' | 'forget';

/** A resource in its planned state. Resources from synthesized stacks and from plans have the same form. */
export class Resource extends Block {
  constructor(
    /** `aws_lambda_function.sweep` */
    address: string,
    readonly type: string,
    /** The construct's path, such as `sweep`. */
    readonly name: string,
    values: Readonly<Record<string, unknown>>,
  ) {
    super(address, values, PLANNED);
  }

  /** Whether a value refers to this resource: by reference, or by a name, ARN or URL that the plan already knows. */
  isMeantBy(value: string | undefined): boolean {
    if (value === undefined) return false;
    return value.includes(`\${${this.address}.`) || this.identities.includes(value);
  }

  private get identities(): string[] {
    return ['arn', 'id', 'name', 'function_name', 'bucket', 'url'].flatMap((path) => this.optionalText(path) ?? []);
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

/** The common form of a stack and a plan. */
export interface TerraformModel {
  /** The file from which the model was read. */
  readonly file: string;
  /** Empty for a synthesized stack, which has no changes. */
  readonly changes: readonly Change[];
  readonly resources: readonly Resource[];
  /** Names of variables that are declared sensitive. */
  readonly sensitiveVariables: ReadonlySet<string>;
  /** The tags of every resource that supports tags. */
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** The resources of these types. */
export const ofType = (model: TerraformModel, ...types: readonly string[]): Resource[] =>
  model.resources.filter(({ type }) => types.includes(type));
