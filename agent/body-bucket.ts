import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';
import type { BodyRef, UploadUrlMessage } from '../protocol';
import type { Backoff } from './backoff';
import { LocalServiceError } from './errors';
import { pause } from './pause';
import { capped, Spool } from './spool';

export interface BodyBucketOptions {
  /** Whether presigned URLs may use http, as the URLs of a local cloud do. */
  readonly allowHttp: boolean;
  /** Makes the waits between the attempts of one transfer. */
  readonly newBackoff: () => Backoff;
}

/** How long an idle connection is kept, in ms. The value is not critical: a transfer whose connection was closed is repeated. */
const IDLE_SOCKET_MS = 4000;

/** A failure that may be gone at the next attempt. */
class PassingError extends Error {
  override readonly name = 'PassingError';
}

/**
 * The cloud's bucket for bodies that do not fit into a message; presigned URLs give access. Transfers are repeated after temporary errors
 * until their signal aborts; downloads and uploads are both safe to repeat. Redirects are not followed. No error message contains a URL,
 * because the URL's query grants access.
 */
export class BodyBucket {
  private readonly agents = {
    'http:': new http.Agent({ keepAlive: true, timeout: IDLE_SOCKET_MS }),
    'https:': new https.Agent({ keepAlive: true, timeout: IDLE_SOCKET_MS }),
  };

  constructor(private readonly options: BodyBucketOptions) {}

  /**
   * Fetches a body and checks it.
   * @throws LocalServiceError `internal_error`, or the signal's reason
   */
  download({ url, ...expected }: BodyRef & { readonly url: string }, signal: AbortSignal): Promise<Spool> {
    return this.persist("the request's body could not be fetched", signal, async () => {
      const response = await this.send('GET', url, {}, undefined, signal);
      try {
        if (response.statusCode !== 200) throw refusal(response);
        return await readChecked(response, expected);
      } finally {
        // This has no effect on a response that has been read to its end.
        response.destroy();
      }
    });
  }

  /**
   * Uploads a body to the place that the cloud named.
   * @returns whether the bucket took the body; false when the URL is not valid, or no longer valid
   * @throws LocalServiceError `internal_error`, or the signal's reason
   */
  upload({ url, headers }: Pick<UploadUrlMessage, 'url' | 'headers'>, body: Spool, signal: AbortSignal): Promise<boolean> {
    return this.persist('the answer could not be uploaded', signal, async () => {
      const response = await this.send('PUT', url, { ...headers, 'content-length': body.bytes }, body, signal);
      const { statusCode = 0 } = response;
      if (statusCode >= 200 && statusCode < 300) {
        response.resume();
        return true;
      }
      response.destroy();
      if (statusCode === 403) return false;
      throw refusal(response);
    });
  }

  /** Closes the connections. */
  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private async persist<T>(failed: string, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
    const backoff = this.options.newBackoff();
    for (;;) {
      signal.throwIfAborted();
      try {
        return await attempt();
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof LocalServiceError) throw error;
        if (!isPassing(error)) throw new LocalServiceError('internal_error', `${failed}: ${describe(error)}`, { cause: error });
      }
      await pause(backoff.next(), signal);
    }
  }

  /** Sends one request; resolves when the header of the response has arrived. */
  private send(
    method: string,
    url: string,
    headers: http.OutgoingHttpHeaders,
    body: Spool | undefined,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const { protocol } = new URL(url);
    if (protocol !== 'https:' && !(protocol === 'http:' && this.options.allowHttp)) {
      throw new Error('the cloud sent a URL that does not use https');
    }
    const { request } = protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method, headers, agent: this.agents[protocol], signal });
      outgoing.once('response', resolve).on('error', reject);
      if (body) pipeline(body.read(), outgoing, (error) => error && reject(error));
      else outgoing.end();
    });
  }
}

/** @throws an error that says what is wrong with the body */
async function readChecked(response: IncomingMessage, { bytes, sha256 }: BodyRef): Promise<Spool> {
  const wrongLength = (): Error => new Error(`the body does not have the ${bytes} bytes that the cloud announced`);
  const declared = response.headers['content-length'];
  if (declared !== undefined && Number(declared) !== bytes) throw wrongLength();
  const body = await Spool.from(capped(response, bytes, wrongLength));
  if (body.bytes === bytes && body.sha256 === sha256) return body;
  await body.close();
  throw body.bytes === bytes ? new Error('the body is damaged: its SHA-256 is not the one that the cloud announced') : wrongLength();
}

function refusal({ statusCode = 0 }: IncomingMessage): Error {
  const mayPass = statusCode >= 500 || statusCode === 408 || statusCode === 429;
  return new (mayPass ? PassingError : Error)(`the body bucket answered with status ${statusCode}`);
}

/**
 * Whether an error may be temporary. Network errors have an errno as their code; errors of certificates, header fields and framing have
 * other codes and are permanent.
 */
function isPassing(error: unknown): boolean {
  if (error instanceof PassingError) return true;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || (code !== undefined && /^E(?!RR_)[A-Z_]+$/.test(code));
}

/** Names an error of Node by its code, because the message may quote secret input such as the URL. */
function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
