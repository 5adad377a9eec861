import { TerraformUnavailableError } from '../../scripts/terraform-command';
import { installProvider, type InstalledProvider } from '../../scripts/terraform-provider';

/** Time-out in ms, long enough to start providers on a busy machine. */
export const TERRAFORM_TIMEOUT_MS = 900_000;

/**
 * Defines tests that need terraform and the provider. If they are not available, the suite is skipped with a message on stderr;
 * in CI it fails.
 * @param stackFile `cdk.tf.json` of any stack; it names the provider
 * @param cleanUp always runs, also if the tests are skipped
 */
export function describeTerraform(
  title: string,
  stackFile: string,
  cleanUp: () => void,
  tests: (provider: InstalledProvider) => void,
): void {
  const provider = installOrExplain(stackFile);
  if (provider instanceof TerraformUnavailableError) {
    // Not in a hook: jest calls no hooks if every test is skipped.
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

/** The provider that a stack requires, or an error that says why it is not available. */
export function installOrExplain(stackFile: string): InstalledProvider | TerraformUnavailableError {
  try {
    return installProvider(stackFile);
  } catch (error) {
    if (error instanceof TerraformUnavailableError) return error;
    throw error;
  }
}
