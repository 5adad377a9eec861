/** The parts of `terraform show -json` that are used: https://developer.hashicorp.com/terraform/internals/json-format */

export interface PlanJson {
  readonly format_version: string;
  readonly resource_changes?: readonly ResourceChange[];
  readonly output_changes?: Readonly<Record<string, { readonly actions: readonly string[] }>>;
  readonly configuration?: {
    readonly provider_config?: Readonly<Record<string, { readonly expressions?: Expressions }>>;
    readonly root_module?: ConfigurationModule;
  };
}

export interface ResourceChange {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  /** The old address, if a `moved` block changed it. */
  readonly previous_address?: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Values | null;
    readonly after: Values | null;
    readonly after_unknown?: unknown;
    readonly before_sensitive?: unknown;
    readonly after_sensitive?: unknown;
    readonly replace_paths?: readonly (readonly (string | number)[])[];
  };
}

export type Values = Readonly<Record<string, unknown>>;
/** Attribute → its expression, or the expressions of a nested block. */
export type Expressions = Readonly<Record<string, unknown>>;

export interface ConfigurationModule {
  readonly resources?: readonly { readonly address: string; readonly expressions?: Expressions }[];
  readonly variables?: Readonly<Record<string, { readonly sensitive?: boolean }>>;
  readonly module_calls?: Readonly<Record<string, { readonly module?: ConfigurationModule }>>;
}
