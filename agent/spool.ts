import { createHash, randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { MAX_MESSAGE_BYTES } from '../protocol';
import { LocalServiceError } from './errors';

/** Bodies up to this size stay in memory, in bytes: what base64 leaves of one message. Only these can go inline. */
export const MAX_BYTES_IN_MEMORY = (MAX_MESSAGE_BYTES / 4) * 3;

const READ_BYTES = 64 * 1024;

/**
 * A whole body, counted and hashed, to be read as often as it takes. Small ones are in memory, larger ones in a temporary file
 * that has no name any more: nothing is left of it however the agent ends.
 */
export class Spool {
  private readers = 0;
  private isClosed = false;

  private constructor(
    /** How long it is. */
    readonly bytes: number,
    /** In base64. */
    readonly sha256: string,
    private readonly inMemory: readonly Buffer[],
    private readonly file?: FileHandle,
  ) {}

  static of(bytes: Buffer): Spool {
    return new Spool(bytes.length, createHash('sha256').update(bytes).digest('base64'), [bytes]);
  }

  /**
   * Takes in a body to its end, no faster than it can be kept.
   * @param directory for the temporary file
   * @throws LocalServiceError `internal_error` when it cannot be kept, and what the source throws; nothing is kept then
   */
  static async from(source: AsyncIterable<Buffer>, directory = tmpdir()): Promise<Spool> {
    const hash = createHash('sha256');
    let bytes = 0;
    let chunks: Buffer[] = [];
    let file: FileHandle | undefined;
    try {
      for await (const chunk of source) {
        hash.update(chunk);
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes <= MAX_BYTES_IN_MEMORY) continue;
        file ??= await onDisk(openNameless(directory));
        await onDisk(file.writeFile(Buffer.concat(chunks)));
        chunks = [];
      }
    } catch (error) {
      await file?.close();
      throw error;
    }
    return new Spool(bytes, hash.digest('base64'), chunks, file);
  }

  /** The body from its beginning, each time anew. */
  read(): Readable {
    return Readable.from(this.chunks(), { objectMode: false });
  }

  /** The body in one piece; for small ones. */
  whole(): Promise<Buffer> {
    return buffer(this.read());
  }

  /** Lets go of the body, once those who read it now have done so. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.readers === 0) await this.file?.close();
  }

  private async *chunks(): AsyncGenerator<Buffer> {
    const { inMemory, file } = this;
    if (!file) return yield* inMemory;
    if (this.isClosed) throw new LocalServiceError('internal_error', 'the body has been let go of');
    this.readers += 1;
    try {
      for (let position = 0; position < this.bytes;) {
        const { bytesRead, buffer: bytes } = await onDisk(file.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, position));
        if (bytesRead === 0) throw new LocalServiceError('internal_error', 'the temporary file of a body has become shorter');
        yield bytes.subarray(0, bytesRead);
        position += bytesRead;
      }
    } finally {
      this.readers -= 1;
      if (this.isClosed) await this.close();
    }
  }
}

/** A body that is let through up to `maxBytes`; one byte more, and it ends with the error. */
export async function* capped(source: AsyncIterable<Buffer>, maxBytes: number, tooMany: () => Error): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooMany();
    yield chunk;
  }
}

/** For this user alone, and without a name as soon as it is there. */
async function openNameless(directory: string): Promise<FileHandle> {
  const path = join(directory, `http-tunnel-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Such an error has a code like those of the network, and must not be taken for one. */
async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new LocalServiceError('internal_error', `the agent cannot keep a body in a temporary file (${code ?? message})`, {
      cause: error,
    });
  }
}
