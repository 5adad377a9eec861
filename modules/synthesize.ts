import { App } from 'cdktf';
import fs from 'node:fs';
import path from 'node:path';
import { validateEnvironment, type Environment } from '../environments';
import { TunnelStack } from './tunnel-stack';

/** Where `npm run build` puts them. */
const DEFAULT_BUNDLES = path.join(__dirname, '../dist/functions');

export interface SynthesizeOptions {
  /** By name; each becomes one stack. */
  readonly environments: Readonly<Record<string, Environment>>;
  /** Created when it is missing; a stack's directory is replaced. */
  readonly outdir: string;
  /** Directory of the functions' zips; without it the one that `npm run build` fills. */
  readonly bundles?: string;
}

/** A synthesized stack. */
export interface SynthesizedStack {
  readonly environment: string;
  /** Directory with `cdk.tf.json` and `assets/`, absolute. */
  readonly directory: string;
  /** `cdk.tf.json` */
  readonly file: string;
}

/**
 * Writes every environment's stack to `<outdir>/stacks/<environment>/`. The same input gives the same bytes, wherever it runs.
 * @throws EnvironmentError for settings that are wrong
 * @throws MissingBundleError for a function whose zip is not there
 */
export function synthesize({
  environments,
  outdir,
  bundles = DEFAULT_BUNDLES,
}: SynthesizeOptions): SynthesizedStack[] {
  const checked = Object.entries(environments).map(([name, value]) => validateEnvironment(value, name));
  fs.mkdirSync(outdir, { recursive: true });
  const app = new App({ outdir });
  const stacks = checked.map((environment) => {
    new TunnelStack(app, { environment, bundles });
    const directory = path.resolve(outdir, 'stacks', environment.name);
    return { environment: environment.name, directory, file: path.join(directory, 'cdk.tf.json') };
  });
  // Only now: what could not be synthesized leaves the last good output as it is.
  for (const { directory } of stacks) fs.rmSync(directory, { recursive: true, force: true });
  app.synth();
  return stacks;
}
