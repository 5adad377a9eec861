import fs from 'node:fs/promises';
import path from 'node:path';
import { terraform } from './terraform-command';
import { TOKEN_KEY_VARIABLE } from './terraform-plan';
import { LOCAL_BACKEND, type InstalledProvider } from './terraform-provider';
import { inWorkingCopy, withoutProtection } from './terraform-workspace';

export interface StackTest {
  /** The directory with `cdk.tf.json` and `assets/`. */
  readonly stackDirectory: string;
  /** The `*.tftest.hcl` files. A directory `mocks` is beside them. */
  readonly testFiles: readonly string[];
  /** Keeps `prevent_destroy`, with which a test cannot clean up its resources. */
  readonly protect?: boolean;
}

/**
 * Applies a synthesized stack to a mock of AWS and lets terraform check the assertions of its test files.
 * @returns the number of runs that passed
 * @throws TerraformError with the assertions that failed
 */
export async function testStack(provider: InstalledProvider, test: StackTest): Promise<number> {
  const { stackDirectory, testFiles, protect = false } = test;
  const override = {
    terraform: { backend: LOCAL_BACKEND },
    ...(!protect && { resource: await withoutProtection(stackDirectory) }),
  };
  return inWorkingCopy(provider, stackDirectory, override, async ({ cwd, variables }) => {
    for (const file of testFiles) {
      await fs.copyFile(file, path.join(cwd, path.basename(file)));
      await fs.cp(path.join(path.dirname(file), 'mocks'), path.join(cwd, 'mocks'), { recursive: true });
    }
    const output = await terraform(['test', '-no-color'], {
      cwd,
      variables: { ...variables, ...TOKEN_KEY_VARIABLE },
    });
    return Number(/(\d+) passed, 0 failed/.exec(output)?.[1] ?? 0);
  });
}
