import type { FunctionName } from '../../functions/settings';
import type { InfraStack } from './infra-stack';

interface Policy {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
    readonly Condition?: { readonly StringEquals: { readonly 'kms:ViaService': string } };
  }[];
}

/**
 * Every right of a function's role, as `action on resource`, with the references as in the stack. ` via service` is added if the
 * right holds only through that service.
 */
export function rightsOf(stack: InfraStack, name: FunctionName): string[] {
  const { policy } = stack.resource(`aws_iam_role_policy.${name}-policy`);
  const { Statement } = JSON.parse(policy as string) as Policy;
  expect(Statement.map(({ Effect }) => Effect)).toEqual(Statement.map(() => 'Allow'));
  return Statement.flatMap(({ Action, Resource, Condition }) => {
    const via = Condition ? ` via ${Condition.StringEquals['kms:ViaService']}` : '';
    return Action.flatMap((action) => Resource.map((resource) => `${action} on ${resource}${via}`));
  });
}
