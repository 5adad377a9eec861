import type { PolicySpec, ResourcePolicySpec } from '../specs';
import type { Block } from '../terraform/block';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';

/** The policy in an attribute that contains JSON. */
export const policyIn = (block: Block, attribute: string): PolicySpec => ({
  address: `${block.address}.${attribute}`,
  document: block.json(attribute),
});

/** The resource policies that resources of a type have in their own attribute `policy`. */
export const ownPolicies = (reader: ResourceReader, type: string): ResourcePolicySpec[] =>
  reader
    .all(type)
    .filter((block) => block.has('policy'))
    .map((block) => ({ ...policyIn(block, 'policy'), resourceArn: reader.computed(block, 'arn') }));

/** How a policy that is a resource of its own, such as `aws_sqs_queue_policy`, refers to the resource that the policy protects. */
export interface Attachment {
  /** The attribute of the policy: `queue_url`. */
  readonly by: string;
  /** The type of the resource: `aws_sqs_queue`. */
  readonly of: string;
  /** The attribute of the resource that has the same value: `url`. */
  readonly attribute: string;
  /** The word for the resource in error messages: `queue`. */
  readonly noun: string;
}

/** The resource policies that are resources of their own. @throws TerraformError for a policy of a resource that the stack does not have */
export const attachedPolicies = (reader: ResourceReader, type: string, attachment: Attachment): ResourcePolicySpec[] =>
  reader.all(type).map((block) => ({
    ...policyIn(block, 'policy'),
    resourceArn: reader.computed(attachedTo(reader, block, attachment), 'arn'),
  }));

/** The resource that a block names. @throws TerraformError if the stack does not have the resource */
export function attachedTo(reader: ResourceReader, block: Block, { by, of, attribute, noun }: Attachment): Block {
  const name = block.text(by);
  const found = reader.all(of).find((candidate) => reader.computed(candidate, attribute) === name);
  if (!found)
    throw new TerraformError(`${block.address}.${by} is ${name}, but the stack has no such ${noun}: refer to a resource of the stack`);
  return found;
}

/** @throws TerraformError for two policies of one resource: on AWS the second policy would replace the first */
export function onePolicyEach(policies: readonly ResourcePolicySpec[]): readonly ResourcePolicySpec[] {
  const byResource = new Map<string, ResourcePolicySpec>();
  for (const policy of policies) {
    const other = byResource.get(policy.resourceArn);
    if (other)
      throw new TerraformError(
        `${policy.address} and ${other.address} are policies of one resource, but AWS keeps only one policy: merge the two policies`,
      );
    byResource.set(policy.resourceArn, policy);
  }
  return policies;
}
