/** The story cannot be told; `message` says in one line why, and what to do. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}
