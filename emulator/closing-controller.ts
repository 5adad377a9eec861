import { setMaxListeners } from 'node:events';

/** Ends, with one signal, whatever a service is waiting for; any number of waits is no leak to warn about. */
export function closingController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
