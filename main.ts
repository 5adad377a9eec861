/**
 * Writes one Terraform stack per environment, and one per account, to cdktf.out/stacks/<name>/ (or where the CDKTF CLI wants it).
 * Its exit status is 1, with one line that says why, when an environment or a bundle is not as it should be.
 */
import path from 'node:path';
import { EnvironmentError, environments } from './environments';
import { MissingBundleError } from './modules/function-bundle';
import { PhysicalNameError } from './modules/physical-name';
import { synthesize } from './modules/synthesize';

/** What people can put right; anything else is a defect and keeps its stack trace. */
const EXPECTED_ERRORS = [EnvironmentError, MissingBundleError, PhysicalNameError];

try {
  const outdir = process.env['CDKTF_OUTDIR'] ?? 'cdktf.out';
  for (const { name, file } of synthesize({ environments, outdir })) {
    process.stdout.write(`${name}: ${path.relative('', file)}\n`);
  }
} catch (error) {
  if (!EXPECTED_ERRORS.some((expected) => error instanceof expected)) throw error;
  process.stderr.write(`synth: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
