import path from 'node:path';
import { buildFunctions } from '../../scripts/build-functions';

/** The functions as they are deployed, once for all suites. */
export default async function buildBundles(): Promise<void> {
  await buildFunctions({ outdir: path.join(__dirname, '../../dist/functions') });
}
