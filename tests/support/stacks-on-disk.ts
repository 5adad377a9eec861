import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Environment } from '../../environments';
import { synthesize, type SynthesizedStack } from '../../modules/synthesize';
import { stubBundles } from './stub-bundles';

/** Stacks in a new directory, for tests that need files. */
export interface StacksOnDisk {
  readonly stacks: readonly SynthesizedStack[];
  /** Directory of a stack. */
  readonly directory: (stackName: string) => string;
  readonly remove: () => void;
}

export function synthesizeInto(sources: Record<string, Environment>): StacksOnDisk {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-infra-'));
  const stacks = synthesize({
    environments: sources,
    outdir,
    bundles: stubBundles(path.join(outdir, 'bundles')),
  });
  return {
    stacks,
    directory: (stackName) => {
      const stack = stacks.find(({ name }) => name === stackName);
      if (!stack) throw new Error(`there is no stack ${stackName}`);
      return stack.directory;
    },
    remove: () => fs.rmSync(outdir, { recursive: true, force: true }),
  };
}
