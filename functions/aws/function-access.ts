import type { AwsCredentialIdentity } from '@smithy/types';
import type { ServiceAccess } from './signed-calls';

/** The region of the function. @throws Error where Lambda's variable is missing */
export const functionRegion = (): string => variable('AWS_REGION');

/** The function's own credentials. Lambda puts them into the environment. */
export function functionCredentials(): Promise<AwsCredentialIdentity> {
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  return Promise.resolve({
    accessKeyId: variable('AWS_ACCESS_KEY_ID'),
    secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken !== undefined && { sessionToken }),
  });
}

/**
 * A service in the function's region, as the function reaches it. `AWS_ENDPOINT_URL` replaces the endpoint, as it does for the SDK
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
 */
export function functionAccess(service: string): ServiceAccess {
  const region = functionRegion();
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const endpoint = new URL(process.env['AWS_ENDPOINT_URL'] ?? `https://${service}.${region}.${domain}`);
  return { endpoint, region, credentials: functionCredentials };
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: Lambda sets it for every function`);
  return value;
}
