import { createHash, randomUUID, type Hash } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, Readable, type Writable } from 'node:stream';
import { MAX_MESSAGE_BYTES } from '../protocol';
import { LocalServiceError } from './errors';

/** Bodies up to this size, in bytes, stay in memory and can go inline. A larger body does not fit into one message as base64. */
export const MAX_BYTES_IN_MEMORY = (MAX_MESSAGE_BYTES / 4) * 3;

const READ_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * A complete body with its length and hash, which can be read more than once. Small bodies are in memory. Larger bodies are in a temporary
 * file that is already unlinked, so that no file remains, however the agent ends.
 */
export class Spool {
  private readers = 0;
  private isClosed = false;

  private constructor(
    /** Length of the body. */
    readonly bytes: number,
    /** Empty where the body is in a file. */
    private readonly inMemory: Buffer,
    private readonly file?: FileHandle,
    private readonly fileSha256 = '',
  ) {}

  static of(bytes: Buffer): Spool {
    return new Spool(bytes.length, bytes);
  }

  /** In base64. Only the few bodies that go through the body bucket need it. */
  get sha256(): string {
    return this.file ? this.fileSha256 : createHash('sha256').update(this.inMemory).digest('base64');
  }

  /**
   * Reads a body to its end, no faster than the body can be stored.
   * @param directory for the temporary file; the system's by default
   * @throws LocalServiceError `internal_error` when the body cannot be stored, or the source's own error; nothing is kept then
   */
  static async from(source: AsyncIterable<Buffer>, directory?: string): Promise<Spool> {
    let bytes = 0;
    let chunks: Buffer[] = [];
    let stored: { readonly file: FileHandle; readonly hash: Hash } | undefined;
    try {
      for await (const chunk of source) {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes <= MAX_BYTES_IN_MEMORY) continue;
        stored ??= { file: await onDisk(openNameless(directory ?? tmpdir())), hash: createHash('sha256') };
        const piece = Buffer.concat(chunks);
        stored.hash.update(piece);
        await onDisk(stored.file.writeFile(piece));
        chunks = [];
      }
    } catch (error) {
      await stored?.file.close();
      throw error;
    }
    return stored ? new Spool(bytes, NOTHING, stored.file, stored.hash.digest('base64')) : new Spool(bytes, Buffer.concat(chunks));
  }

  /** Streams the body from its beginning; each call starts a new stream. */
  read(): Readable {
    return Readable.from(this.chunks(), { objectMode: false });
  }

  /**
   * Writes the body to a stream, and ends the stream; an error of the body destroys the stream. A body in memory is written at once: a
   * pipeline would cost a small request as much time as everything else that the agent does.
   */
  writeTo(stream: Writable): void {
    if (this.file) pipeline(this.read(), stream, () => undefined);
    else stream.end(this.inMemory);
  }

  /** The body in one piece; for small ones. */
  async whole(): Promise<Buffer> {
    return this.file ? Buffer.concat((await this.read().toArray()) as Buffer[]) : this.inMemory;
  }

  /** Releases the body as soon as its current readers have finished. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.readers === 0) await this.file?.close();
  }

  private async *chunks(): AsyncGenerator<Buffer> {
    const { inMemory, file } = this;
    if (!file) {
      yield inMemory;
      return;
    }
    if (this.isClosed) throw new LocalServiceError('internal_error', 'the body has already been closed');
    this.readers += 1;
    try {
      for (let position = 0; position < this.bytes;) {
        const { bytesRead, buffer: bytes } = await onDisk(file.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, position));
        if (bytesRead === 0) throw new LocalServiceError('internal_error', 'the temporary file of a body is shorter than the body');
        yield bytes.subarray(0, bytesRead);
        position += bytesRead;
      }
    } finally {
      this.readers -= 1;
      if (this.isClosed) await this.close();
    }
  }
}

/** Passes a body through; throws the error after more than `maxBytes` bytes. */
export async function* capped(source: AsyncIterable<Buffer>, maxBytes: number, tooMany: () => Error): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooMany();
    yield chunk;
  }
}

/** Creates a file that only this user can read, and unlinks it at once. */
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

/** Wraps a disk error: its code looks like that of a network error, which would count as temporary. */
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
