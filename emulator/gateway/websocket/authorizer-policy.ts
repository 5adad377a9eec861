import { wildcardMatches } from '../../iam/matching';

export type AuthorizerVerdict = 'allow' | 'deny' | 'explicit-deny';

/** A Lambda authorizer's return value that API Gateway cannot use: the client gets 500. */
export class AuthorizerResponseError extends Error {
  override readonly name = 'AuthorizerResponseError';
}

export interface Authorization {
  readonly verdict: AuthorizerVerdict;
  /** Every later event carries this context as `requestContext.authorizer`. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Reads the return value of a Lambda authorizer:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 * @throws AuthorizerResponseError naming the problem in the return value
 */
export function readAuthorization(result: unknown, methodArn: string): Authorization {
  const { principalId, policyDocument, context = {} } = record(result, 'the return value');
  if (typeof principalId !== 'string') throw new AuthorizerResponseError('principalId is not a string');
  const { Statement } = record(policyDocument, 'policyDocument');
  const statements: unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  return { verdict: verdictOf(statements, methodArn), context: { principalId, ...contextOf(context) } };
}

function contextOf(context: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record(context, 'context')).map(([name, value]) => {
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
        throw new AuthorizerResponseError(`context.${name} is not a string, number or boolean`);
      }
      return [name, String(value)];
    }),
  );
}

function verdictOf(statements: readonly unknown[], methodArn: string): AuthorizerVerdict {
  let verdict: AuthorizerVerdict = 'deny';
  for (const statement of statements) {
    const { Effect, Action, Resource } = record(statement, 'a statement');
    if (Effect !== 'Allow' && Effect !== 'Deny') throw new AuthorizerResponseError('Effect is neither Allow nor Deny');
    if (!matchesAny(Action, 'execute-api:Invoke') || !matchesAny(Resource, methodArn)) continue;
    if (Effect === 'Deny') return 'explicit-deny';
    verdict = 'allow';
  }
  return verdict;
}

function matchesAny(patterns: unknown, text: string): boolean {
  const list: unknown[] = Array.isArray(patterns) ? patterns : [patterns];
  return list.some((pattern) => {
    if (typeof pattern !== 'string') throw new AuthorizerResponseError('Action and Resource must be strings or lists of strings');
    return wildcardMatches(pattern, text);
  });
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new AuthorizerResponseError(`${what} is not an object`);
}
