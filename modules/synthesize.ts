import { App, type TerraformStack } from 'cdktf';
import fs from 'node:fs';
import path from 'node:path';
import { validateEnvironment, type Environment } from '../environments';
import { accountsOf } from './accounts';
import { BootstrapStack } from './bootstrap-stack';
import { TunnelStack } from './tunnel-stack';

/** Where `npm run build` puts them. */
const DEFAULT_BUNDLES = path.join(__dirname, '../dist/functions');

export interface SynthesizeOptions {
  /** By name; each becomes one stack, and each account of theirs another. */
  readonly environments: Readonly<Record<string, Environment>>;
  /** Created when it is missing; a stack's directory is replaced. */
  readonly outdir: string;
  /** Directory of the functions' zips; without it the one that `npm run build` fills. */
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
 * Writes the stack of every environment, in their order, and then that of every account to `<outdir>/stacks/<name>/`. The same
 * input gives the same bytes, wherever it runs.
 * @throws EnvironmentError for settings that are wrong
 * @throws MissingBundleError for a function whose zip is not there
 */
export function synthesize({ environments, outdir, bundles = DEFAULT_BUNDLES }: SynthesizeOptions): SynthesizedStack[] {
  const checked = Object.entries(environments).map(([name, value]) => validateEnvironment(value, name));
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
  // Only now: what could not be synthesized leaves the last good output as it is.
  for (const { directory } of stacks) fs.rmSync(directory, { recursive: true, force: true });
  app.synth();
  return stacks;
}
