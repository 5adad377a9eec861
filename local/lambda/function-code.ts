/** Unpacks the functions' zips, as Lambda does into /var/task; here into a temporary directory that goes with the service. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import type { FunctionSpec } from '../specs';
import { LambdaBootError } from './lambda-errors';

export class FunctionCode {
  private constructor(
    readonly directory: string,
    private readonly roots: ReadonlyMap<string, string>,
  ) {}

  /** @throws LambdaBootError for a zip that is missing or broken */
  static async unpack(functions: readonly FunctionSpec[]): Promise<FunctionCode> {
    const directory = await mkdtemp(path.join(tmpdir(), 'http-tunnel-lambda-'));
    const roots = new Map<string, string>();
    try {
      for (const spec of functions) {
        if (roots.has(spec.codeZip)) continue;
        const root = path.join(directory, String(roots.size));
        await unpackZip(spec, root);
        roots.set(spec.codeZip, root);
      }
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
    return new FunctionCode(directory, roots);
  }

  /** The task root of a function: the directory that holds its unpacked zip. */
  rootOf(spec: FunctionSpec): string {
    return this.roots.get(spec.codeZip) as string;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function unpackZip({ address, codeZip }: FunctionSpec, root: string): Promise<void> {
  const zip = await readFile(codeZip).catch((cause: unknown) => {
    throw new LambdaBootError(
      `${address}: its code ${codeZip} cannot be read; build the functions with: npm run build`,
      { cause },
    );
  });
  await mkdir(root);
  for (const [name, bytes] of Object.entries(entriesOf(address, codeZip, zip))) {
    const file = path.join(root, name);
    if (!file.startsWith(root + path.sep)) {
      throw new LambdaBootError(
        `${address}: the entry "${name}" of ${codeZip} leads out of the zip; build it again: npm run build`,
      );
    }
    if (name.endsWith('/')) continue;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}

function entriesOf(address: string, codeZip: string, zip: Buffer): Record<string, Uint8Array> {
  try {
    return unzipSync(zip);
  } catch (cause) {
    throw new LambdaBootError(
      `${address}: its code ${codeZip} is not a zip; build the functions with: npm run build`,
      { cause },
    );
  }
}
