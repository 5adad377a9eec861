/** Gives the ARNs and the encryption keys of the resources that calls name. */
export interface Place {
  /** `arn('dynamodb', 'table/tunnels')`, in the stack's region and account. */
  arn(service: string, resource: string): string;
  /** The customer managed KMS key that a resource is encrypted with; undefined if AWS manages the key. */
  keyOf(resourceArn: string): string | undefined;
}
