/** Writes one Terraform stack per environment, and one per account, to cdktf.out/stacks/<name>/ (or where the CDKTF CLI wants it). */
import path from 'node:path';
import { parseNothing, runProgram } from './cli/command-line';
import { environments } from './environments';
import { synthesize } from './modules/synthesize';

const parse = parseNothing('npm run synth --', 'Writes the Terraform stacks of all environments and accounts to cdktf.out/stacks.');

void runProgram('synth', parse, () => {
  const outdir = process.env['CDKTF_OUTDIR'] ?? 'cdktf.out';
  for (const { name, file } of synthesize({ environments, outdir })) {
    process.stdout.write(`${name}: ${path.relative('', file)}\n`);
  }
  return 0;
});
