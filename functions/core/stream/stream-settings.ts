/** How answers are streamed. Times are in ms. */
export interface StreamSettings {
  /** Longest life of a stream, and of the wait for its head, from the visitor's arrival. */
  readonly lifeMs: number;
  /** Bytes of the body that the agent may send beyond what the visitor has taken. */
  readonly windowBytes: number;
  /** Most bytes of the body in one part. */
  readonly chunkBytes: number;
  /** How long the agent gathers bytes for one part. */
  readonly gatherMs: number;
  /** Silence after which the waiter asks the agent for a sign of life. */
  readonly probeMs: number;
  /** Silence after which the agent or the waiter counts as gone. */
  readonly silenceMs: number;
  /** Silence after which a comment is written into an event stream. */
  readonly heartbeatMs: number;
  /** For how long the visitor may take nothing. */
  readonly stallMs: number;
}

/**
 * Why a stream was cut. `failed`: the local service broke off, or the agent was stopped. `damaged`: the digest of the body is another one.
 * `beyond`: the agent sent more than its window. `idle`: the agent gave no sign of life. `slow`: the visitor took nothing. `late`: the longest
 * life of a stream is over. `left`: the visitor has gone.
 */
export type CutReason = 'failed' | 'damaged' | 'beyond' | 'idle' | 'slow' | 'late' | 'left';

/** A stream that ends before its end. The visitor's connection has to be reset, so that no short body looks whole. */
export class StreamCutError extends Error {
  override readonly name = 'StreamCutError';
  constructor(readonly reason: CutReason) {
    super(`the stream was cut: ${reason}`);
  }
}
