/** AWS's errors for credentials that are unknown or have no access. */
const REFUSALS = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
]);

const UNREACHABLE = new Set<string | undefined>(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/** Words for the line that explains an error of the AWS SDK. */
export interface AwsCallWords {
  /** What was called: `AWS`, or `the local cloud`. */
  readonly place: string;
  /** Whose account the credentials have to belong to. */
  readonly environment: string;
  /** What the credentials have to allow: `may read X-Ray`. */
  readonly rights: string;
  /** What to do when no answer came. */
  readonly whenSilent: string;
}

/** One line that names the problem and what to do; undefined for an error that is not about reaching AWS, or about rights. */
export function explainAwsError(error: Error, { place, environment, rights, whenSilent }: AwsCallWords): string | undefined {
  if (error.name === 'CredentialsProviderError' || error.name === 'TokenProviderError') {
    return `no valid AWS credentials were found (${error.message}): set AWS_PROFILE to a profile of ${environment}'s account, or log in again`;
  }
  if (REFUSALS.has(error.name)) return `AWS refuses the call: ${error.message}; use credentials that ${rights}`;
  if (error.name === 'TimeoutError') return `${place} does not answer (${withoutLogPrefix(error.message)}): ${whenSilent}`;
  return UNREACHABLE.has((error as NodeJS.ErrnoException).code) ? `${place} cannot be reached: ${error.message}` : undefined;
}

/** The SDK begins such messages like a line of its log: `@smithy/node-http-handler - [ERROR] `. */
const withoutLogPrefix = (message: string): string => message.replace(/^@smithy\S* - \[ERROR\] /, '');
