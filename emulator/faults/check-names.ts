import type { CloudSpec } from '../specs';
import { labelOf } from '../terraform/resource-names';
import { problem, type FaultPlan } from './fault-plan';

/**
 * Checks that the stack has every name in a plan: a fault on a resource that does not exist would never strike.
 * @throws FaultPlanError that lists the names of the stack
 */
export function checkNames({ faults }: FaultPlan, spec: Pick<CloudSpec, 'functions' | 'tables' | 'webSocketApis'>): void {
  const { functions, tables, webSocketApis } = spec;
  const known: Readonly<Record<string, readonly { readonly address: string; readonly name?: string }[]>> = {
    caller: functions,
    function: functions,
    target: functions,
    table: tables,
    api: webSocketApis,
  };
  for (const [index, { match = {} }] of faults.entries()) {
    for (const [field, name] of Object.entries(match)) {
      const resources = known[field];
      if (!resources || name === undefined || resources.some((each) => labelOf(each.address) === name || each.name === name)) continue;
      const names = resources.map(({ address }) => labelOf(address));
      throw problem(
        'fault plan',
        `faults.${index}.match.${field}`,
        `is "${name}", which the stack does not have; the stack has ${names.join(', ')}`,
      );
    }
  }
}
