import type { EnvironmentName } from '../environments';

/** A violation that is accepted, with the reason. Suppressions are in the repository, so they are reviewed like code. */
export interface Suppression {
  readonly rule: string;
  /** An address, in which `*` matches any text. */
  readonly address: string;
  /** The environments in which the suppression applies. Default: all. */
  readonly environments?: readonly EnvironmentName[];
  /** A sentence that a reviewer can disagree with. */
  readonly reason: string;
}

/**
 * The only exceptions to rules. An unused suppression makes the check fail. To accept the loss of a stateful resource, also add a
 * suppression (rule `stateful-loss`, with the environment), and delete it when the plan has been applied.
 */
export const SUPPRESSIONS: readonly Suppression[] = [
  {
    rule: 'customer-managed-keys',
    address: 'aws_cloudwatch_event_bus.response-bus',
    environments: ['prod'],
    reason: 'Events contain only ids, and nothing of a request or an answer. A bus without an archive does not store events.',
  },
];

/** Whether the suppression covers this verdict. */
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
