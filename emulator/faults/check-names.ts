import type { CloudSpec } from '../specs';
import { problem, type FaultPlan } from './fault-plan';
import { isNamed } from './faults';

/**
 * Sees that every name in a plan is one of the stack's: a fault on something that does not exist would never strike.
 * @throws FaultPlanError that says which names there are
 */
export function checkNames({ faults }: FaultPlan, spec: Pick<CloudSpec, 'functions' | 'tables' | 'webSocketApis'>): void {
  const functions = spec.functions.map(({ address }) => label(address));
  const known: Readonly<Record<string, readonly string[]>> = {
    caller: functions,
    function: functions,
    target: functions,
    table: spec.tables.map(({ address }) => label(address)),
    api: spec.webSocketApis.map(({ address }) => label(address)),
  };
  for (const [index, { match = {} }] of faults.entries()) {
    for (const [field, name] of Object.entries(match)) {
      const names = known[field];
      if (!names || name === undefined || names.some((each) => isNamed(name, each))) continue;
      throw problem('fault plan', `faults.${index}.match.${field}`, `is "${name}", which the stack does not have: it has ${names.join(', ')}`);
    }
  }
}

/** `aws_lambda_function.wake-waiter` → `wake-waiter` */
const label = (address: string): string => address.replace(/^.*\./, '');
