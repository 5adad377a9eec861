/** Unpacks the functions' zips into a temporary directory, as Lambda does into /var/task. The service removes the directory at its end. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import type { FunctionSpec } from '../specs';
import type { CodeCache } from './code-cache';
import { LambdaBootError } from './lambda-errors';
import { nodeFlags } from './sandbox';

interface Unpacked {
  readonly root: string;
  /** SHA-256 of the names and contents in the zip, without the times. */
  readonly digest: string;
}

export class FunctionCode {
  private constructor(
    readonly directory: string,
    private readonly unpacked: Map<string, Unpacked>,
    private readonly codeCache: CodeCache | undefined,
  ) {}

  /**
   * @param codeCache where V8's code caches are kept; without it, functions start without a cache
   * @throws LambdaBootError for a zip that is missing or broken
   */
  static async unpack(functions: readonly FunctionSpec[], codeCache?: CodeCache): Promise<FunctionCode> {
    const directory = await mkdtemp(path.join(tmpdir(), 'http-tunnel-lambda-'));
    const unpacked = new Map<string, Unpacked>();
    try {
      for (const spec of functions) {
        if (unpacked.has(spec.codeZip)) continue;
        unpacked.set(spec.codeZip, await unpackZip(spec, directory));
      }
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
    return new FunctionCode(directory, unpacked, codeCache);
  }

  /**
   * Unpacks a zip again that may have changed, or a zip that no function had at the start.
   * @throws LambdaBootError for a zip that is missing or broken
   */
  async unpackAgain(spec: FunctionSpec): Promise<void> {
    this.unpacked.set(spec.codeZip, await unpackZip(spec, this.directory));
  }

  /** The task root of a function: the directory that holds its unpacked zip. */
  rootOf(spec: FunctionSpec): string {
    return this.zipOf(spec).root;
  }

  /** File of V8's code cache for a function. */
  cacheOf(spec: FunctionSpec): string | undefined {
    return this.codeCache?.fileFor(this.zipOf(spec).digest, nodeFlags(spec.memoryMb));
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  private zipOf({ codeZip }: FunctionSpec): Unpacked {
    return this.unpacked.get(codeZip) as Unpacked;
  }
}

async function unpackZip({ address, codeZip }: FunctionSpec, directory: string): Promise<Unpacked> {
  const root = path.join(directory, randomUUID());
  const zip = await readFile(codeZip).catch((cause: unknown) => {
    throw new LambdaBootError(`${address}: its code ${codeZip} cannot be read; build the functions with: npm run build`, { cause });
  });
  await mkdir(root);
  const digest = createHash('sha256');
  for (const [name, bytes] of Object.entries(entriesOf(address, codeZip, zip))) {
    const file = path.join(root, name);
    if (!file.startsWith(root + path.sep)) {
      throw new LambdaBootError(`${address}: the entry "${name}" of ${codeZip} leads out of the zip; build the zip again: npm run build`);
    }
    if (name.endsWith('/')) continue;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
    digest.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return { root, digest: digest.digest('hex') };
}

function entriesOf(address: string, codeZip: string, zip: Buffer): Record<string, Uint8Array> {
  try {
    return unzipSync(zip);
  } catch (cause) {
    throw new LambdaBootError(`${address}: its code ${codeZip} is not a zip; build the functions with: npm run build`, { cause });
  }
}
