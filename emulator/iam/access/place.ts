/** Where the resources are that calls name. */
export interface Place {
  /** `arn('dynamodb', 'table/tunnels')`, in the stack's region and account. */
  arn(service: string, resource: string): string;
  /** The customer's KMS key that a resource is encrypted with; none for keys that AWS keeps. */
  keyOf(resourceArn: string): string | undefined;
}
