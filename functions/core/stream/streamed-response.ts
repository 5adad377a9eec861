import type { ResponseHead } from '../visitor-response';

/** An HTTP response for the visitor whose body comes as a stream. */
export interface StreamedResponse extends ResponseHead {
  /** @throws StreamCutError while it is read: the visitor's connection then has to be reset */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborted with a StreamCutError when the stream is cut, also while the visitor takes nothing. */
  readonly cut: AbortSignal;
  /** The visitor has gone. */
  visitorLeft(): void;
  /** Releases what the request holds; to be called when the body was read, or is not wanted any more. Never rejects. */
  close(): Promise<void>;
}

export const isStreamed = (response: ResponseHead): response is StreamedResponse => 'close' in response;
