import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TerraformRun } from './terraform-command';
import type { InstalledProvider } from './terraform-provider';

/** The content of `override.tf.json`, which terraform reads in addition to the stack's own files. */
export type Override = Readonly<Record<string, unknown>>;

/**
 * Lets terraform work in a copy of a synthesized stack. The copy is deleted afterwards.
 * @param stackDirectory directory with `cdk.tf.json` and `assets/`
 */
export async function inWorkingCopy<T>(
  provider: InstalledProvider,
  stackDirectory: string,
  override: Override,
  work: (run: TerraformRun) => Promise<T>,
): Promise<T> {
  const cwd = await fs.mkdtemp(path.join(os.tmpdir(), 'http-tunnel-stack-'));
  try {
    await fs.cp(stackDirectory, cwd, { recursive: true });
    await fs.copyFile(provider.lockFile, path.join(cwd, path.basename(provider.lockFile)));
    await fs.writeFile(path.join(cwd, 'override.tf.json'), JSON.stringify(override));
    return await work({ cwd, variables: provider.variables });
  } finally {
    await fs.rm(cwd, { recursive: true, force: true });
  }
}

/** The override that sets `prevent_destroy` to false for every protected resource. */
export async function withoutProtection(stackDirectory: string): Promise<Override> {
  const text = await fs.readFile(path.join(stackDirectory, 'cdk.tf.json'), 'utf8');
  const { resource } = JSON.parse(text) as { resource: Record<string, Record<string, object>> };
  const unprotected: Record<string, Record<string, object>> = {};
  for (const [type, byName] of Object.entries(resource))
    for (const [name, attributes] of Object.entries(byName))
      if ('lifecycle' in attributes) (unprotected[type] ??= {})[name] = { lifecycle: { prevent_destroy: false } };
  return unprotected;
}

/** The number of processors of a small machine. */
export const STACKS_AT_ONCE = 2;

/**
 * Runs `work` for each item, at most `limit` at a time, and resolves with the results in the order of the items. A provider uses
 * one processor and some hundred MB while it starts, so all stacks at once would be slower.
 */
export async function atMost<T, R>(limit: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
