import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { terraform, TerraformUnavailableError } from '../../../scripts/terraform-command';
import type { InstalledProvider } from '../../../scripts/terraform-provider';
import { stackOf } from '../../support/infra-stack';
import { installedProvider, itWith } from '../../support/installed-provider';
import { EXAMPLES } from './examples';

const provider = installedProvider();

afterAll(() => {
  if (!(provider instanceof TerraformUnavailableError)) provider.close();
});

/** A configuration in which every example is a module of its own. */
async function writeExamples(directory: string): Promise<void> {
  const modules = Object.entries(EXAMPLES).flatMap(([rule, { holds, violated }]) => [
    [`${rule}-holds`, holds] as const,
    [`${rule}-violated`, violated] as const,
  ]);
  for (const [name, fragment] of modules) {
    await fs.mkdir(path.join(directory, name));
    await fs.writeFile(path.join(directory, name, 'main.tf.json'), JSON.stringify(fragment));
  }
  const { required_providers } = stackOf('prod').json.terraform;
  const root = {
    terraform: { required_providers },
    module: Object.fromEntries(modules.map(([name]) => [name, { source: `./${name}` }])),
  };
  await fs.writeFile(path.join(directory, 'main.tf.json'), JSON.stringify(root));
}

async function validate({ variables }: InstalledProvider): Promise<void> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'http-tunnel-examples-'));
  try {
    await writeExamples(directory);
    const run = {
      cwd: directory,
      variables: { ...variables, TF_DATA_DIR: path.join(directory, '.terraform') },
    };
    await terraform(['init', '-no-color', '-backend=false'], run);
    await terraform(['validate', '-no-color'], run);
  } finally {
    await fs.rm(directory, { recursive: true, force: true });
  }
}

describe('the examples of the rules', () => {
  itWith(provider)('are valid Terraform for the AWS provider', validate);
});
