import type { CloudSpec } from '../specs';

/** Resources that have a physical name in addition to the name in their Terraform address. */
export type Named = Pick<CloudSpec, 'functions' | 'tables' | 'queues' | 'topics' | 'rules'>;

/** `aws_lambda_function.wake-waiter` → `wake-waiter` */
export const labelOf = (address: string): string => address.replace(/^.*\./, '');

/** Maps the physical name or ARN of a resource, which calls have, to the name in its Terraform address, which people write. */
export class ResourceNames {
  private readonly labels = new Map<string, string>();

  constructor({ functions = [], tables = [], queues = [], topics = [], rules = [] }: Partial<Named>) {
    for (const { address, name, arn } of [...functions, ...tables, ...queues, ...topics, ...rules]) {
      this.labels.set(name, labelOf(address)).set(arn, labelOf(address));
    }
  }

  /** Whether `name` means this resource: it is the physical name or ARN, or the name in the Terraform address. */
  isNamed(physical: string, name: string): boolean {
    return physical === name || this.labels.get(physical) === name;
  }
}
