import path from 'node:path';
import { FUNCTION_SETTINGS } from '../functions/settings';
import { buildFunctions, type BuiltFunction } from '../functions/build-functions';

const DIST = path.join(__dirname, '../dist');
/** Functions for which the limit has a shorter version. */
const SHORTENED = ['forward-request', 'stream-request', 'receive-message'];

export interface BenchBundles {
  /** Directories of zips: `real` has the functions as they are deployed, `limit` has the functions of the limit. */
  readonly real: string;
  readonly limit: string;
  readonly functions: readonly BuiltFunction[];
  readonly empty: BuiltFunction;
}

/** @throws BuildError */
export async function buildBundles(): Promise<BenchBundles> {
  const real = path.join(DIST, 'functions');
  const limit = path.join(DIST, 'bench/limit');
  const others = Object.keys(FUNCTION_SETTINGS).filter((name) => !SHORTENED.includes(name));
  const [functions, [empty]] = await Promise.all([
    buildFunctions({ outdir: real }),
    buildFunctions({ outdir: path.join(DIST, 'bench'), names: ['empty'], functions: __dirname }),
    buildFunctions({ outdir: limit, names: others }),
    buildFunctions({ outdir: limit, names: SHORTENED, functions: path.join(__dirname, 'limit') }),
  ]);
  if (!empty) throw new Error('the build made no empty function');
  return { real, limit, functions, empty };
}
