import { encodeMessage, type ErrorMessage, type UploadUrlMessage } from '../protocol';
import type { Answered } from './answer-message';
import type { BodyBucket } from './body-bucket';
import { LocalServiceError } from './errors';
import type { Outbox } from './outbox';
import type { Spool } from './spool';

interface Upload {
  /** Aborted when the cloud ends the upload. */
  readonly ended: AbortController;
  /** Sends the request for an upload URL. */
  readonly ask: () => void;
  readonly hasTicket: boolean;
  /** Set while the agent asks where to put the body. */
  onPlace?: (place: UploadUrlMessage) => void;
  /** The cloud knows no waiter for the answer. It may know one later: see `drop`. */
  isUnclaimed: boolean;
}

const NOBODY_WAITS = new Error('nobody waits for the answer any more');

/** Most upload URLs for one body. The first URL may have expired, so one refusal is tried again; a second refusal is an error. */
const MAX_PLACES = 2;

/**
 * Uploads the bodies of answers to the body bucket. The request for an upload URL goes through the outbox, like an answer: the outbox
 * repeats it over the newest connection until the cloud has replied.
 */
export class Uploads {
  private readonly running = new Map<string, Upload>();

  constructor(
    private readonly outbox: Outbox,
    private readonly bucket: BodyBucket,
  ) {}

  /**
   * Uploads the body of an answer.
   * @param expiresAt when the agent stops asking the cloud for an upload URL, by the clock of the outbox
   * @returns false when nobody waits for the answer any more
   * @throws LocalServiceError, or the signal's reason
   */
  async upload({ request_id: requestId, ticket }: Answered, body: Spool, expiresAt: number, signal: AbortSignal): Promise<boolean> {
    const { bytes, sha256 } = body;
    const upload: Upload = {
      ended: new AbortController(),
      ask: () =>
        this.outbox.add(
          requestId,
          encodeMessage({ type: 'upload_request', request_id: requestId, bytes, sha256, ...(ticket !== undefined && { ticket }) }),
          expiresAt,
        ),
      hasTicket: ticket !== undefined,
      isUnclaimed: false,
    };
    const eitherSignal = AbortSignal.any([signal, upload.ended.signal]);
    this.running.set(requestId, upload);
    try {
      for (let asked = 0; asked < MAX_PLACES; asked += 1) {
        upload.ask();
        const place = await placeFor(upload, eitherSignal);
        if (await this.bucket.upload(place, body, eitherSignal)) return true;
      }
      throw new LocalServiceError('internal_error', 'the answer could not be uploaded: the body bucket answered with status 403');
    } catch (error) {
      if (error === NOBODY_WAITS || upload.isUnclaimed) return false;
      throw error;
    } finally {
      this.running.delete(requestId);
    }
  }

  /** Takes the upload URL that the cloud sent. The cloud may send a URL twice if the agent asked twice. */
  place(message: UploadUrlMessage): void {
    const upload = this.running.get(message.request_id);
    if (!upload?.onPlace) return;
    this.outbox.acknowledge(message.request_id);
    upload.isUnclaimed = false;
    upload.onPlace(message);
  }

  /**
   * Ends an upload, because the cloud says that nobody waits for the answer any more. If the request has a ticket, the cloud may not know yet that
   * somebody waits: a receive-message that is older than the tickets looks for a row, and the waiter puts a row only with its second
   * question. So the upload stays until its waiter asks for the answer, or until the deadline.
   */
  drop(requestId: string): void {
    const upload = this.running.get(requestId);
    if (upload?.hasTicket) upload.isUnclaimed = true;
    else upload?.ended.abort(NOBODY_WAITS);
  }

  /** The waiter asks for the answer. If the agent has no upload URL yet, it asks for one again. */
  wanted(requestId: string): void {
    const upload = this.running.get(requestId);
    if (upload?.hasTicket && upload.onPlace) upload.ask();
  }

  /** Ends an upload, because the cloud does not want the body. */
  refuse(requestId: string, refusal: ErrorMessage): void {
    const upload = this.running.get(requestId);
    if (!upload) return;
    upload.isUnclaimed = false;
    upload.ended.abort(asLocalServiceError(refusal));
  }
}

function placeFor(upload: Upload, signal: AbortSignal): Promise<UploadUrlMessage> {
  return new Promise<UploadUrlMessage>((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    upload.onPlace = resolve;
  }).finally(() => delete upload.onPlace);
}

/** A cloud that does not support uploads calls the upload request malformed (`invalid_request`). */
function asLocalServiceError({ code, message }: ErrorMessage): LocalServiceError {
  if (code !== 'invalid_request') return new LocalServiceError(code, `the cloud refused the answer: ${message}`);
  return new LocalServiceError(
    'response_too_large',
    `the local service's answer does not fit into one message (about 95 KB), and the cloud accepts no larger answers: ${message}`,
  );
}
