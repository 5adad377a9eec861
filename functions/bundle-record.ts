/** Beside each zip is a record of everything that the zip was made from. While nothing of it changes, the zip is not made again. */
import fs from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { digestOf, digestOfFile } from './digests';

const BundleRecord = v.object({
  /** Digest of everything but the inputs: options, versions, installed packages. */
  recipe: v.string(),
  /** Every file that esbuild has read, relative to the root. */
  inputs: v.array(v.string()),
  /** Digest of the content of the inputs. */
  content: v.string(),
  /** Digest of the zip. */
  zip: v.string(),
  codeBytes: v.number(),
});
export type BundleRecord = Readonly<v.InferOutput<typeof BundleRecord>>;

/** Digests of files by path. A file that is an input of many bundles is read once. */
export class InputDigests {
  private readonly known = new Map<string, string>();

  /** @param root the folder that relative paths start at */
  constructor(private readonly root: string) {}

  /** One digest of the content of all these files. */
  of(inputs: readonly string[]): string {
    return digestOf(inputs.map((input) => this.ofOne(input)).join());
  }

  private ofOne(input: string): string {
    const known = this.known.get(input) ?? digestOfFile(path.resolve(this.root, input));
    this.known.set(input, known);
    return known;
  }
}

/** The record of a zip that is up to date, and the zip's size in bytes; undefined for a zip that is missing, damaged or out of date. */
export async function currentRecord(
  zip: string,
  recipe: string,
  digests: InputDigests,
): Promise<(BundleRecord & { readonly zipBytes: number }) | undefined> {
  const record = await readRecord(zip);
  if (record?.recipe !== recipe || record.content !== digests.of(record.inputs)) return undefined;
  const content = await fs.readFile(zip).catch(() => undefined);
  return content && digestOf(content) === record.zip ? { ...record, zipBytes: content.length } : undefined;
}

/** The path of a zip's record. */
export const recordOf = (zip: string): string => zip.replace(/\.zip$/, '.json');

async function readRecord(zip: string): Promise<BundleRecord | undefined> {
  try {
    const { success, output } = v.safeParse(BundleRecord, JSON.parse(await fs.readFile(recordOf(zip), 'utf8')));
    return success ? output : undefined;
  } catch {
    // The record is missing or cannot be read, so the bundle is made again.
    return undefined;
  }
}
