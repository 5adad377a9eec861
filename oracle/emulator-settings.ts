import os from 'node:os';
import { OFFLINE_OVERRIDE } from '../scripts/terraform-provider';
import type { Override } from '../scripts/terraform-workspace';

/** Terraform waits longer before each attempt, up to hours in all: an emulator that fails twice will fail again. */
const ATTEMPTS = 2;

/**
 * Makes the provider of a stack use an emulator of AWS.
 * @param accountId LocalStack takes an access key of 12 digits for the account's id; others accept any key
 */
export const emulatorOverride = (accountId: string): Override => ({
  ...OFFLINE_OVERRIDE,
  provider: {
    aws: {
      ...OFFLINE_OVERRIDE.provider.aws,
      access_key: accountId,
      // The emulator is asked, because the provider makes ARNs from the answer.
      skip_requesting_account_id: false,
      // With a bucket's name in it, the host of the endpoint does not exist.
      s3_use_path_style: true,
      max_retries: ATTEMPTS,
    },
  },
});

/**
 * The environment variables for a provider that uses an emulator. One variable holds for every service, so no service can be forgotten.
 * Profiles of this machine could set another endpoint for one service, so none is read.
 */
export const emulatorVariables = (endpoint: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_CONFIG_FILE: os.devNull,
  AWS_SHARED_CREDENTIALS_FILE: os.devNull,
});
