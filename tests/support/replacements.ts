import type { Attributes, InfraStack } from './infra-stack';

/**
 * Stateful resource types: they hold data, or others use their address. For each type, the arguments that cannot change without a
 * new resource: the provider marks them "forces replacement" (`tests/terraform/plans.test.ts` checks this with the provider).
 */
export const IDENTITY: Readonly<Record<string, readonly string[]>> = {
  aws_acm_certificate: ['domain_name'],
  aws_apigatewayv2_api: ['protocol_type'],
  aws_apigatewayv2_domain_name: ['domain_name'],
  aws_cloudwatch_event_bus: ['name'],
  aws_cloudwatch_log_group: ['name'],
  aws_dynamodb_table: ['name', 'hash_key'],
  aws_iam_openid_connect_provider: ['url'],
  aws_kms_alias: ['name'],
  aws_kms_key: [],
  aws_s3_bucket: ['bucket'],
  aws_sns_topic: ['name'],
  aws_sqs_queue: ['name'],
  aws_ssm_parameter: ['name'],
};

/** Address → the arguments that identify the resource. */
export type Pins = Readonly<Record<string, Attributes>>;

/** A loss that somebody has reviewed and accepted. */
export interface Acknowledgement {
  /** `prod`, `bootstrap-111122223333` */
  readonly stack: string;
  readonly address: string;
  /** The new identity of the resource; null if the resource is removed. */
  readonly becomes: Attributes | null;
  /** The reason, and what happens to the data in the resource. */
  readonly reason: string;
}

/** The identifying arguments of each stateful resource of a stack. */
function identities(stack: InfraStack): Pins {
  return Object.fromEntries(
    Object.entries(IDENTITY).flatMap(([type, names]) =>
      stack.resources(type).map(([address, attributes]) => [address, Object.fromEntries(names.map((name) => [name, attributes[name]]))]),
    ),
  );
}

/** One sentence for each stateful resource that a deployment of this stack would destroy or replace, or that is not pinned. */
export function unacknowledged(name: string, stack: InfraStack, pinned: Pins, acknowledged: readonly Acknowledgement[]): string[] {
  const actual = identities(stack);
  const addresses = [...new Set([...Object.keys(pinned), ...Object.keys(actual)])].sort();
  return addresses.flatMap((address) => {
    const was = pinned[address];
    const is = actual[address] ?? null;
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    const known = acknowledged.find((one) => one.stack === name && one.address === address);
    if (known && JSON.stringify(known.becomes) === JSON.stringify(is)) return [];
    if (!was) return [`${name}: ${address} is new: pin it in tests/infra/stateful.ts`];
    const change = is ? `becomes ${JSON.stringify(is)} and is replaced` : 'is gone and is destroyed';
    return [
      `${name}: ${address} (${JSON.stringify(was)}) ${change}, with all it holds: take it back, or acknowledge it in tests/infra/stateful.ts`,
    ];
  });
}
