import { ToldError } from '../cli/told-error';
import type { RolloutConnection } from './connect';

/** AWS's errors for credentials that are unknown or have no access. */
const REFUSALS = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
]);

/** One line that names the problem and what to do; undefined for an unexpected error. */
export function explain(
  error: Error,
  environment: string,
  connection: Pick<RolloutConnection, 'table' | 'region'> | undefined,
): string | undefined {
  if (error instanceof ToldError) return error.message;
  if (error.name === 'CredentialsProviderError' || error.name === 'TokenProviderError') {
    return `no valid AWS credentials were found (${error.message}): set AWS_PROFILE to a profile of ${environment}'s account, or log in again`;
  }
  if (error.name === 'ResourceNotFoundException') {
    return `the table ${connection?.table} does not exist in ${connection?.region}: deploy ${environment} first, or use credentials of its account`;
  }
  if (REFUSALS.has(error.name)) return `AWS refuses the call: ${error.message}; use credentials that may operate ${environment}`;
  if (error.name === 'TimeoutError') {
    return `${placeOf(environment)} does not answer (${error.message}): see the rollout with status, then try again`;
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `${placeOf(environment)} cannot be reached: ${error.message}`;
  }
  return undefined;
}

const placeOf = (environment: string): string => (environment === 'local' ? 'the local cloud' : 'AWS');
