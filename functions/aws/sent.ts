import { setImmediate as nextTurn } from 'node:timers/promises';

/** Waits until a call has been sent, but not for its reply. Over an open connection, one turn of the event loop is enough. */
export async function sent(call: Promise<unknown>, onFailure: (error: unknown) => void): Promise<void> {
  call.catch(onFailure);
  await nextTurn();
}
