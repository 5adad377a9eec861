import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { environments } from '../../environments';
import { synthesize } from '../../modules/synthesize';
import { TerraformUnavailableError } from '../../scripts/terraform-command';
import { planStack, TOKEN_KEY_PLACEHOLDER, type CheckedStack } from '../../scripts/terraform-plan';
import { installProvider, type InstalledProvider } from '../../scripts/terraform-provider';
import { environmentNames, stubBundles } from '../support/infra-stack';
import { expectedAddresses } from '../../modules/addresses';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-infra-'));
const stacks = synthesize({
  environments,
  outdir: directory,
  bundles: stubBundles(path.join(directory, 'bundles')),
});
const provider = installOrExplain();

const removeStacks = (): void => fs.rmSync(directory, { recursive: true, force: true });

/** Where terraform cannot run, its suite is skipped and says so; in CI that is a failure. */
function installOrExplain(): InstalledProvider | TerraformUnavailableError {
  try {
    return installProvider(stacks[0]?.file ?? '');
  } catch (error) {
    if (error instanceof TerraformUnavailableError) return error;
    throw error;
  }
}

if (provider instanceof TerraformUnavailableError) {
  // Not afterwards: jest calls no hook where every test is skipped.
  removeStacks();
  process.stderr.write(`\nSKIPPED: terraform has not seen the stacks: ${provider.message}\n`);
  (process.env['CI'] === 'true' ? it : it.skip)('terraform accepts every environment', () => {
    throw provider;
  });
} else {
  describe('terraform', () => {
    const checked = new Map<string, CheckedStack>();

    afterAll(() => {
      provider.close();
      removeStacks();
    });

    beforeAll(async () => {
      const plans = stacks.map(async (stack) =>
        checked.set(stack.environment, await planStack(provider, stack.directory)),
      );
      await Promise.all(plans);
    }, 180_000);

    it.each(environmentNames)(
      'accepts %s and would create exactly the resources that have a reason',
      (name) => {
        const changes = checked.get(name)?.plan.resource_changes ?? [];
        expect(changes.map(({ address }) => address).sort()).toEqual(
          Object.keys(expectedAddresses(name)).sort(),
        );
        expect(new Set(changes.flatMap(({ change }) => change.actions))).toEqual(new Set(['create']));
      },
    );

    it.each(environmentNames)('keeps the token key out of the plan of %s', (name) => {
      expect(checked.get(name)?.text).toContain('aws_ssm_parameter');
      expect(checked.get(name)?.text).not.toContain(TOKEN_KEY_PLACEHOLDER);
    });
  });
}
