import type { CloudSpec } from '../specs';

/** Resources that have a name of their own beside the one in their Terraform address. */
export type Named = Pick<CloudSpec, 'functions' | 'tables' | 'queues' | 'topics' | 'rules'>;

/** `aws_lambda_function.wake-waiter` → `wake-waiter` */
export const labelOf = (address: string): string => address.replace(/^.*\./, '');

/** Finds the name in the Terraform address of a resource by its physical name or ARN: people write the first, calls carry the others. */
export class ResourceNames {
  private readonly labels = new Map<string, string>();

  constructor({ functions = [], tables = [], queues = [], topics = [], rules = [] }: Partial<Named>) {
    for (const { address, name, arn } of [...functions, ...tables, ...queues, ...topics, ...rules]) {
      this.labels.set(name, labelOf(address)).set(arn, labelOf(address));
    }
  }

  /** Whether `name` means this resource: as it is, or as in its Terraform address. */
  isNamed(physical: string, name: string): boolean {
    return physical === name || this.labels.get(physical) === name;
  }
}
