import { setImmediate as nextTurn } from 'node:timers/promises';

/** Waits until a call is on its way, which one turn of the event loop is enough for over an open connection; not for its reply. */
export async function sent(call: Promise<unknown>, onFailure: (error: unknown) => void): Promise<void> {
  call.catch(onFailure);
  await nextTurn();
}
