import { App, type TerraformStack } from 'cdktf';
import fs from 'node:fs';
import path from 'node:path';
import { validateEnvironment, validateNames, type Environment } from '../environments';
import { accountsOf } from './accounts';
import { BootstrapStack } from './bootstrap-stack';
import { TunnelStack } from './tunnel-stack';

/** The directory to which `npm run build` writes the functions' zips. */
export const BUNDLES = path.join(__dirname, '../dist/functions');

export interface SynthesizeOptions {
  /** The environments by name. Each environment becomes one stack, and each account one more stack. */
  readonly environments: Readonly<Record<string, Environment>>;
  /** Created when it is missing; a stack's directory is replaced. */
  readonly outdir: string;
  /** Directory of the functions' zips. Default: the directory to which `npm run build` writes. */
  readonly bundles?: string;
}

/** A synthesized stack. */
export interface SynthesizedStack {
  /** The environment's name, or `bootstrap-<account id>`. */
  readonly name: string;
  /** Directory with `cdk.tf.json` and `assets/`, absolute. */
  readonly directory: string;
  /** `cdk.tf.json` */
  readonly file: string;
}

/**
 * Writes the stacks of all environments, in their order, and then the stacks of all accounts to `<outdir>/stacks/<name>/`. The same
 * input gives the same bytes on every machine.
 * @throws EnvironmentError for settings that are wrong
 * @throws MissingBundleError for a function whose zip is missing
 */
export function synthesize({ environments, outdir, bundles = BUNDLES }: SynthesizeOptions): SynthesizedStack[] {
  const checked = Object.entries(environments).map(([name, value]) => validateEnvironment(value, name));
  validateNames(checked.map(({ name }) => name));
  fs.mkdirSync(outdir, { recursive: true });
  const app = new App({ outdir });
  const made: TerraformStack[] = [
    ...checked.map((environment) => new TunnelStack(app, { environment, bundles })),
    ...accountsOf(checked).map((account) => new BootstrapStack(app, account)),
  ];
  const stacks = made.map(({ node: { id: name } }) => {
    const directory = path.resolve(outdir, 'stacks', name);
    return { name, directory, file: path.join(directory, 'cdk.tf.json') };
  });
  // Deletes the old output only now, so an error above leaves the last good output unchanged.
  for (const { directory } of stacks) fs.rmSync(directory, { recursive: true, force: true });
  app.synth();
  return stacks;
}
