/** What the pipeline may do for some of the stack's resource types, and on which names. */
export interface PipelineRights {
  /** Terraform types that need it; a test finds the type that nobody has thought of. */
  readonly types: readonly string[];
  /** `lambda`: stands before each action. */
  readonly service: string;
  readonly actions: readonly string[];
  /** ARNs; without any, AWS knows none for these actions. */
  readonly resources?: readonly string[];
  /** What narrows actions that know no names. */
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
