/**
 * Lets terraform validate and plan every synthesized stack, without an account. Where terraform or the provider is
 * missing it says so and passes, except in CI.
 */
import fs from 'node:fs';
import path from 'node:path';
import { TerraformError, TerraformUnavailableError } from './terraform-command';
import { planStack, type CheckedStack } from './terraform-plan';
import { installProvider } from './terraform-provider';
import { atMost, STACKS_AT_ONCE } from './terraform-workspace';

const STACKS = path.join(__dirname, '../cdktf.out/stacks');

/** @throws TerraformError, TerraformUnavailableError */
async function checkStacks(names: readonly string[]): Promise<void> {
  const provider = installProvider(path.join(STACKS, names[0] ?? '', 'cdk.tf.json'));
  try {
    await atMost(STACKS_AT_ONCE, names, async (name) =>
      report(name, await planStack(provider, path.join(STACKS, name))),
    );
  } finally {
    provider.close();
  }
}

function report(name: string, { plan }: CheckedStack): void {
  const creates = plan.resource_changes.filter(({ change }) => change.actions.includes('create'));
  process.stdout.write(`${name}: valid, ${creates.length} resources to create\n`);
}

function fail(message: string): void {
  process.stderr.write(`terraform check: ${message}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const names = fs.existsSync(STACKS) ? fs.readdirSync(STACKS).sort() : [];
  if (names.length === 0) return fail(`no stack in ${STACKS}: run "npm run synth" first`);
  try {
    await checkStacks(names);
  } catch (error) {
    if (error instanceof TerraformError) return fail(error.message);
    if (!(error instanceof TerraformUnavailableError)) throw error;
    if (process.env['CI'] === 'true') return fail(error.message);
    process.stderr.write(`SKIPPED, nothing was checked: ${error.message}\n`);
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === __filename) void main();
