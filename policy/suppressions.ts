import type { EnvironmentName } from '../environments';

/** A verdict that is not acted upon, and why. Kept in the repository, so that it is reviewed like code. */
export interface Suppression {
  readonly rule: string;
  /** An address; `*` stands for any part of it. */
  readonly address: string;
  /** Where it holds; without it everywhere. */
  readonly environments?: readonly EnvironmentName[];
  /** A sentence that a reviewer can disagree with. */
  readonly reason: string;
}

/**
 * The only way around a rule. One that nothing needs any more fails. The loss of a stateful resource is acknowledged here too
 * (rule `stateful-loss`, with the environment): delete the line when the plan has been applied.
 */
export const SUPPRESSIONS: readonly Suppression[] = [
  {
    rule: 'customer-managed-keys',
    address: 'aws_cloudwatch_event_bus.response-bus',
    environments: ['prod'],
    reason: 'Events carry ids only, never anything of a request or an answer, and a bus without an archive keeps none.',
  },
];

/** Whether it is about this verdict. */
export function covers(suppression: Suppression, rule: string, address: string, environment: string | undefined): boolean {
  const { environments } = suppression;
  return (
    suppression.rule === rule &&
    matches(suppression.address, address) &&
    (!environments || environments.some((name) => name === environment))
  );
}

function matches(pattern: string, address: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.[\]$^+?(){}|\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(address);
}
