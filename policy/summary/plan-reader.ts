import type { Expressions, PlanJson, ResourceChange, Values } from '../terraform/plan-json';
import { expressionsOf } from '../terraform/read-plan';

const REFERENCE = /\$\{([a-z]\w*)\.([\w-]+)\.(\w+)\}/g;

/** Finds things in a plan: a resource's configuration, the value of a reference, the resource that a value names. */
export class PlanReader {
  private readonly byAddress: ReadonlyMap<string, ResourceChange>;

  constructor(private readonly plan: PlanJson) {
    this.byAddress = new Map((plan.resource_changes ?? []).map((change) => [change.address, change]));
  }

  expressionsOf(address: string): Expressions {
    return expressionsOf(this.plan.configuration?.root_module ?? {}, address);
  }

  /** The values with each reference replaced by its value in the plan, or by its address if the plan does not know the value. */
  resolved(values: Values): Values {
    return JSON.parse(JSON.stringify(values), (_, value: unknown) =>
      typeof value === 'string' ? value.replace(REFERENCE, (...match: string[]) => this.valueOf(match)) : value,
    ) as Values;
  }

  /** The address that a value refers to or names, such as `aws_iam_role.sweep-role`. Default: the address of `resource`. */
  ownerOf(resource: ResourceChange, value: unknown): string {
    const text = typeof value === 'string' ? value : '';
    const [reference] = [...text.matchAll(REFERENCE)];
    if (reference) return `${reference[1]}.${reference[2]}`;
    const owners = [...this.byAddress.values()].filter(({ change }) =>
      ['name', 'function_name', 'url', 'id', 'bucket'].some((key) => text !== '' && (change.after ?? change.before)?.[key] === text),
    );
    return (owners.find(({ type }) => OWNERS.includes(type)) ?? resource).address;
  }

  private valueOf([, type, name, attribute]: string[]): string {
    const address = `${type}.${name}`;
    const value = this.byAddress.get(address)?.change.after?.[attribute ?? ''];
    return typeof value === 'string' ? value : `${address}.${attribute}`;
  }
}

const OWNERS = ['aws_iam_role', 'aws_lambda_function', 'aws_sqs_queue', 'aws_s3_bucket', 'aws_cloudwatch_event_bus'];
