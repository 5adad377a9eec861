import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { capped, MAX_BYTES_IN_MEMORY, Spool } from '../../../agent/spool';
import { eventually } from '../../support/eventually';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spool-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const spooled = (source: AsyncIterable<Buffer>): Promise<Spool> => Spool.from(source, directory);

/** Files of the test's directory that this process has open, with or without a name. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(directory) ? [path] : [];
    } catch {
      return [];
    }
  });
}

async function* inChunks(body: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (let i = 0; start < body.length; i += 1) {
    const end = start + (sizes[i % sizes.length] ?? body.length);
    yield body.subarray(start, end);
    start = end;
  }
}
const bytesOf = (length: number, seed = 0): Buffer => Buffer.from(Array.from({ length }, (_, i) => (i * 31 + (i >> 8) + seed) & 0xff));

describe('a spool', () => {
  it('returns the bytes of its source with their count and SHA-256, for any chunk sizes and on every read', async () => {
    const length = fc.oneof(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: MAX_BYTES_IN_MEMORY - 3, max: MAX_BYTES_IN_MEMORY + 3 }),
      fc.integer({ min: 2 * MAX_BYTES_IN_MEMORY, max: 400_000 }),
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(length, fc.nat(255), sizes, async (bytes, seed, cuts) => {
        const body = bytesOf(bytes, seed);
        // Many single-byte chunks are slow, and above the threshold they test nothing more than a few of them.
        const spool = await spooled(inChunks(body, bytes > 300 ? cuts.map((cut) => cut + 500) : cuts));
        expect(spool.bytes).toBe(bytes);
        expect(spool.sha256).toBe(createHash('sha256').update(body).digest('base64'));
        expect(openFiles()).toHaveLength(bytes > MAX_BYTES_IN_MEMORY ? 1 : 0);
        const [once, again] = await Promise.all([spool.whole(), spool.whole()]);
        expect(Buffer.compare(once, body)).toBe(0);
        expect(Buffer.compare(again, body)).toBe(0);
        await spool.close();
        expect(openFiles()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps a large body in an open file that has no name in the directory', async () => {
    const spool = await spooled(inChunks(bytesOf(200_000), [50_000]));
    expect(openFiles()).toEqual([expect.stringContaining('(deleted)')]);
    expect(readdirSync(directory)).toEqual([]);
    await spool.close();
  });

  it('keeps its file open until a read ends when it is closed during the read, and rejects later reads', async () => {
    const body = bytesOf(200_000);
    const spool = await spooled(inChunks(body, [50_000]));
    const chunks: Buffer[] = [];
    for await (const chunk of spool.read() as AsyncIterable<Buffer>) {
      await spool.close();
      chunks.push(chunk);
    }
    expect(Buffer.compare(Buffer.concat(chunks), body)).toBe(0);
    expect(openFiles()).toEqual([]);
    await expect(spool.whole()).rejects.toThrow('already been closed');
  });

  it('closes its file when it is closed after a reader stopped before the end', async () => {
    const spool = await spooled(inChunks(bytesOf(200_000), [50_000]));
    for await (const _chunk of spool.read()) break;
    await spool.close();
    await eventually(() => openFiles().length === 0);
  });

  it('keeps no file open when its source fails', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield bytesOf(150_000);
      throw new Error('broken off');
    }
    await expect(spooled(broken())).rejects.toThrow('broken off');
    expect(openFiles()).toEqual([]);
  });

  it('fails with internal_error and the cause when its temporary file cannot be created', async () => {
    await expect(Spool.from(inChunks(bytesOf(150_000), [150_000]), join(directory, 'missing'))).rejects.toMatchObject({
      code: 'internal_error',
      message: 'the agent cannot keep a body in a temporary file (ENOENT)',
    });
  });

  it('buffers at most two blocks of 64 KB of its file for a slow reader', async () => {
    const spool = await spooled(inChunks(bytesOf(1_000_000), [50_000]));
    const stream = spool.read();
    stream.once('readable', () => undefined);
    await eventually(() => stream.readableLength > 0);
    await sleep(50);
    expect(stream.readableLength).toBeLessThanOrEqual(2 * 64 * 1024);
    stream.destroy();
    await spool.close();
  });
});

describe('a capped body', () => {
  it('is accepted at the cap, and fails with the given error one byte above the cap', async () => {
    const cap = (length: number) => spooled(capped(inChunks(bytesOf(length), [7]), 100, () => new Error('too many')));
    expect((await cap(100)).bytes).toBe(100);
    await expect(cap(101)).rejects.toThrow('too many');
  });

  it('stops its source when it exceeds the cap', async () => {
    let isStopped = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield bytesOf(60);
      } finally {
        isStopped = true;
      }
    }
    await expect(spooled(capped(endless(), 100, () => new Error('too many')))).rejects.toThrow('too many');
    expect(isStopped).toBe(true);
  });
});
