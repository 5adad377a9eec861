import { TerraformUnavailableError } from '../../scripts/terraform-command';
import { installProvider, type InstalledProvider } from '../../scripts/terraform-provider';

/** Starting providers on a busy machine, in ms. */
export const TERRAFORM_TIMEOUT_MS = 240_000;

/**
 * Lays out tests that need terraform and the provider. Where they are not to be had the suite is skipped and says so; in CI
 * that is a failure.
 * @param stackFile `cdk.tf.json` of any stack: it says which provider
 * @param cleanUp runs afterwards in any case
 */
export function describeTerraform(
  title: string,
  stackFile: string,
  cleanUp: () => void,
  tests: (provider: InstalledProvider) => void,
): void {
  const provider = installOrExplain(stackFile);
  if (provider instanceof TerraformUnavailableError) {
    // Not afterwards: jest calls no hook where every test is skipped.
    cleanUp();
    process.stderr.write(`\nSKIPPED: ${title}: ${provider.message}\n`);
    (process.env['CI'] === 'true' ? it : it.skip)(title, () => {
      throw provider;
    });
    return;
  }
  describe(title, () => {
    afterAll(() => {
      provider.close();
      cleanUp();
    });
    tests(provider);
  });
}

/** The provider that a stack requires, or why this machine cannot have it. */
export function installOrExplain(stackFile: string): InstalledProvider | TerraformUnavailableError {
  try {
    return installProvider(stackFile);
  } catch (error) {
    if (error instanceof TerraformUnavailableError) return error;
    throw error;
  }
}
