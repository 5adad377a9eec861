/**
 * Writes one Terraform stack per environment, and one per account, to cdktf.out/stacks/<name>/ (or where the CDKTF CLI wants it).
 * Its exit status is 1, with one line that says why, when an environment or a bundle is not as it should be.
 */
import path from 'node:path';
import { ToldError } from './cli/told-error';
import { environments } from './environments';
import { synthesize } from './modules/synthesize';

try {
  const outdir = process.env['CDKTF_OUTDIR'] ?? 'cdktf.out';
  for (const { name, file } of synthesize({ environments, outdir })) {
    process.stdout.write(`${name}: ${path.relative('', file)}\n`);
  }
} catch (error) {
  // Anything else is a defect, and keeps its stack trace.
  if (!(error instanceof ToldError)) throw error;
  process.stderr.write(`synth: ${error.message}\n`);
  process.exitCode = 1;
}
