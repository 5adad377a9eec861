import path from 'node:path';
import { buildFunctions } from '../../functions/build-functions';
import { environmentNames, stackOf } from './infra-stack';

/** What many suites use, made once before all of them: the functions as they are deployed, and the stacks of the environments. */
export default async function buildBundles(): Promise<void> {
  const built = buildFunctions({ outdir: path.join(__dirname, '../../dist/functions') });
  // Meanwhile esbuild, which is a process of its own, has the other core.
  for (const name of environmentNames) stackOf(name);
  await built;
}
