/** Spans of the wake socket, which `npm run probe` reads from the traces. */
export const WAKE_SPANS = { connect: 'wake connect', hello: 'wake hello' } as const;
