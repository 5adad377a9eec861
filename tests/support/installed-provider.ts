import fs from 'node:fs';
import path from 'node:path';
import { TerraformUnavailableError } from '../../scripts/terraform-command';
import type { InstalledProvider } from '../../scripts/terraform-provider';
import { inTemporaryDirectory, stackOf } from './infra-stack';
import { installOrExplain } from './terraform';

/** The provider that our stacks require, or why this machine cannot have it; the caller closes it. */
export function installedProvider(): InstalledProvider | TerraformUnavailableError {
  return inTemporaryDirectory((directory) => {
    const stackFile = path.join(directory, 'cdk.tf.json');
    fs.writeFileSync(stackFile, stackOf('prod').text);
    return installOrExplain(stackFile);
  });
}

/** `it` where terraform can run; elsewhere a test that is skipped and says why, and that fails in CI. */
export function itWith(provider: InstalledProvider | TerraformUnavailableError) {
  return (name: string, test: (provider: InstalledProvider) => Promise<void>, timeoutMs = 120_000): void => {
    if (!(provider instanceof TerraformUnavailableError)) return it(name, () => test(provider), timeoutMs);
    process.stderr.write(`\nSKIPPED: ${name}: ${provider.message}\n`);
    (process.env['CI'] === 'true' ? it : it.skip)(name, () => {
      throw provider;
    });
  };
}
