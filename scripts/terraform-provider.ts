import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { TerraformCommandError, TerraformUnavailableError, terraformSync } from './terraform-command';

/** Names a directory with providers (`<host>/<namespace>/<name>/<version>/<platform>/`), for machines without a network. */
const MIRROR_VARIABLE = 'HTTP_TUNNEL_TF_MIRROR';

/** The installed provider. All checks share it, because installing the provider takes longer than using it. */
export interface InstalledProvider {
  /** The environment variables for every terraform command that uses the provider. */
  readonly variables: Readonly<Record<string, string>>;
  /** The lock file of the provider. */
  readonly lockFile: string;
  close(): void;
}

/** Replaces the stack's backend: the state stays in the working directory, and nothing is read from or written to AWS. */
export const LOCAL_BACKEND = { local: {} };

/** Makes the provider work without an account. */
export const OFFLINE_OVERRIDE = {
  terraform: { backend: LOCAL_BACKEND },
  provider: {
    aws: {
      access_key: 'none',
      secret_key: 'none',
      // The account id is not requested from AWS, so it cannot be compared.
      allowed_account_ids: null,
      skip_credentials_validation: true,
      skip_metadata_api_check: 'true',
      skip_region_validation: true,
      skip_requesting_account_id: true,
    },
  },
};

/**
 * Installs the provider that a synthesized stack requires: from the mirror that HTTP_TUNNEL_TF_MIRROR names, otherwise from the
 * source that terraform is configured to use.
 * @param stackFile `cdk.tf.json`
 * @throws TerraformUnavailableError when terraform or the provider is not available
 */
export function installProvider(stackFile: string): InstalledProvider {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-terraform-'));
  const close = (): void => fs.rmSync(directory, { recursive: true, force: true });
  const variables = { TF_DATA_DIR: path.join(directory, 'data'), ...mirrorConfiguration(directory) };
  try {
    fs.writeFileSync(path.join(directory, 'requirements.tf.json'), requirementsOf(stackFile));
    terraformSync(['init', '-no-color'], { cwd: directory, variables });
    return { variables, lockFile: path.join(directory, '.terraform.lock.hcl'), close };
  } catch (error) {
    close();
    if (!(error instanceof TerraformCommandError)) throw error;
    throw new TerraformUnavailableError(
      `the AWS provider cannot be installed: set ${MIRROR_VARIABLE} to a directory that contains the provider\n${error.message}`,
      { cause: error },
    );
  }
}

function requirementsOf(stackFile: string): string {
  const stack = JSON.parse(fs.readFileSync(stackFile, 'utf8')) as {
    terraform: { required_version: string; required_providers: unknown };
  };
  const { required_version, required_providers } = stack.terraform;
  return JSON.stringify({ terraform: { required_version, required_providers, backend: LOCAL_BACKEND } });
}

function mirrorConfiguration(directory: string): { TF_CLI_CONFIG_FILE?: string } {
  const mirror = process.env[MIRROR_VARIABLE];
  if (mirror === undefined) return {};
  const file = path.join(directory, 'mirror.tfrc');
  const mirrorPath = JSON.stringify(path.resolve(mirror));
  fs.writeFileSync(file, `provider_installation {\n  filesystem_mirror {\n    path = ${mirrorPath}\n  }\n}\n`);
  return { TF_CLI_CONFIG_FILE: file };
}
