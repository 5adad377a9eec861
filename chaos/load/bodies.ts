/** Bodies that name their request in every part, so that bytes of another request are noticed wherever they are. */

/** The body of a request or of its answer. */
export const textFor = (nonce: string, bytes: number): string => `${nonce} `.repeat(Math.ceil(bytes / (nonce.length + 1))).slice(0, bytes);

/** The request that a body names first, or its first words. */
export const namedIn = (text: string): string => /^\S{1,60}/.exec(text)?.[0] ?? '';
