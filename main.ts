/**
 * Writes one Terraform stack per environment, and one per account, to cdktf.out/stacks/<name>/ (or where the CDKTF CLI wants it).
 * Exits with status 1 and one line that names the problem when an environment's settings are wrong or a bundle is missing.
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
  // Any other error is a defect and keeps its stack trace.
  if (!(error instanceof ToldError)) throw error;
  process.stderr.write(`synth: ${error.message}\n`);
  process.exitCode = 1;
}
