/** The operations of SSM Parameter Store that functions use to read parameters. */
import { createHash } from 'node:crypto';
import { AwsError } from '../services';
import type { AwsReply, ServiceApi } from '../services';
import type { ParameterSpec } from '../specs';

/** GetParameters accepts up to ten names (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html). */
const MAX_NAMES = 10;

/** GetParameter and GetParameters for the stack's parameters, with AWS's errors ParameterNotFound and ValidationException. */
export function ssmService(parameters: readonly ParameterSpec[], clock: () => number = Date.now): ServiceApi {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const createdAt = clock() / 1000;

  const describe = ({ name, type, value }: ParameterSpec, decrypt: boolean): Record<string, unknown> => ({
    Name: name,
    Type: type,
    Value: type === 'SecureString' && !decrypt ? encrypted(value) : value,
    Version: 1,
    LastModifiedDate: createdAt,
    DataType: 'text',
  });

  return async ({ operation, input }) => {
    const decrypt = input['WithDecryption'] === true;
    if (operation === 'GetParameter') {
      const name = String(input['Name']);
      const parameter = byName.get(name);
      if (parameter) return ok({ Parameter: describe(parameter, decrypt) });
      throw new AwsError(400, 'ParameterNotFound', `Parameter ${name} not found; the stack has ${[...byName.keys()].join(', ')}`);
    }
    if (operation === 'GetParameters') {
      const names = namesOf(input['Names']);
      return ok({
        Parameters: names.flatMap((name) => {
          const parameter = byName.get(name);
          return parameter ? [describe(parameter, decrypt)] : [];
        }),
        InvalidParameters: names.filter((name) => !byName.has(name)),
      });
    }
    throw new AwsError(
      400,
      'UnknownOperationException',
      `ssm:${operation} is not emulated by the local cloud, which knows GetParameter and GetParameters`,
    );
  };
}

function namesOf(names: unknown): string[] {
  if (Array.isArray(names) && names.length > 0 && names.length <= MAX_NAMES) return names.map(String);
  throw new AwsError(400, 'ValidationException', `Names must be a list of 1 to ${MAX_NAMES} parameter names`);
}

/** A stand-in for the ciphertext: unreadable, and always the same for the same value. */
function encrypted(value: string): string {
  const blob = createHash('sha512').update(value).digest();
  return Buffer.concat([Buffer.from('010201', 'hex'), blob]).toString('base64');
}

const ok = (result: unknown): AwsReply => ({ status: 200, body: JSON.stringify(result) });
