import path from 'node:path';
import { buildFunctions } from '../../functions/build-functions';
import { environmentNames, stackOf } from './infra-stack';

/** Builds once, before all suites: the bundles of the functions as they are deployed, and the stacks of the environments. */
export default async function buildBundles(): Promise<void> {
  const built = buildFunctions({ outdir: path.join(__dirname, '../../dist/functions') });
  // esbuild is a separate process and runs on another core at the same time.
  for (const name of environmentNames) stackOf(name);
  await built;
}
