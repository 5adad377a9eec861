/** Rights of the pipeline for some of the stack's resource types: the actions and the resources. */
export interface PipelineRights {
  /** The Terraform types that need these rights. A test finds types without rights. */
  readonly types: readonly string[];
  /** The prefix of each action, such as `lambda`. */
  readonly service: string;
  readonly actions: readonly string[];
  /** ARNs. Left out when AWS supports no ARNs for these actions. */
  readonly resources?: readonly string[];
  /** Narrows actions whose ARNs contain no name of the environment. */
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
