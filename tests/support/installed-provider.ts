import fs from 'node:fs';
import path from 'node:path';
import { TerraformUnavailableError } from '../../scripts/terraform-command';
import type { InstalledProvider } from '../../scripts/terraform-provider';
import { inTemporaryDirectory, stackOf } from './infra-stack';
import { installOrExplain } from './terraform';

/** The Terraform provider that the stacks require, or an error that says why it is not available. The caller must close the provider. */
export function installedProvider(): InstalledProvider | TerraformUnavailableError {
  return inTemporaryDirectory((directory) => {
    const stackFile = path.join(directory, 'cdk.tf.json');
    fs.writeFileSync(stackFile, stackOf('prod').text);
    return installOrExplain(stackFile);
  });
}

/** `it`, if terraform can run. Otherwise the test is skipped with the reason on stderr; in CI it fails. */
export function itWith(provider: InstalledProvider | TerraformUnavailableError) {
  return (name: string, test: (provider: InstalledProvider) => Promise<void>, timeoutMs = 120_000): void => {
    if (!(provider instanceof TerraformUnavailableError)) return it(name, () => test(provider), timeoutMs);
    process.stderr.write(`\nSKIPPED: ${name}: ${provider.message}\n`);
    (process.env['CI'] === 'true' ? it : it.skip)(name, () => {
      throw provider;
    });
  };
}
