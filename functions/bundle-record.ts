/** Beside each zip lies a record of what the zip was made from. While all of that is the same, the zip is not made again. */
import fs from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { digestOf, digestOfFile } from './digests';

const BundleRecord = v.object({
  /** Digest of everything but the inputs: options, versions, installed packages. */
  recipe: v.string(),
  /** Every file that esbuild has read, relative to the root. */
  inputs: v.array(v.string()),
  /** Digest of what was in them. */
  content: v.string(),
  /** Digest of the zip. */
  zip: v.string(),
  codeBytes: v.number(),
});
export type BundleRecord = Readonly<v.InferOutput<typeof BundleRecord>>;

/** Digests of files by path; one and the same file is input of many bundles, and is read once. */
export class InputDigests {
  private readonly known = new Map<string, string>();

  /** @param root what relative paths begin at */
  constructor(private readonly root: string) {}

  /** One digest of what is in all of these files. */
  of(inputs: readonly string[]): string {
    return digestOf(inputs.map((input) => this.ofOne(input)).join());
  }

  private ofOne(input: string): string {
    const known = this.known.get(input) ?? digestOfFile(path.resolve(this.root, input));
    this.known.set(input, known);
    return known;
  }
}

/** The record of a zip that need not be made again, and the zip's size in bytes; nothing for a zip that is missing, damaged or out of date. */
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

/** Where the record of a zip is. */
export const recordOf = (zip: string): string => zip.replace(/\.zip$/, '.json');

async function readRecord(zip: string): Promise<BundleRecord | undefined> {
  try {
    const { success, output } = v.safeParse(BundleRecord, JSON.parse(await fs.readFile(recordOf(zip), 'utf8')));
    return success ? output : undefined;
  } catch {
    // There is none, or it cannot be read: the bundle is made again.
    return undefined;
  }
}
