import { explainAwsError } from '../cli/aws-errors';
import { ToldError } from '../cli/told-error';
import type { RolloutConnection } from './connect';

/** One line that names the problem and what to do; undefined for an unexpected error. */
export function explain(
  error: Error,
  environment: string,
  connection: Pick<RolloutConnection, 'table' | 'region'> | undefined,
): string | undefined {
  if (error instanceof ToldError) return error.message;
  if (error.name === 'ResourceNotFoundException') {
    return `the table ${connection?.table} does not exist in ${connection?.region}: deploy ${environment} first, or use credentials of its account`;
  }
  return explainAwsError(error, {
    place: environment === 'local' ? 'the local cloud' : 'AWS',
    environment,
    rights: `may operate ${environment}`,
    whenSilent: 'see the rollout with status, then try again',
  });
}
