import { setMaxListeners } from 'node:events';

/** Creates a controller that ends any number of waits with one signal, without Node's warning about many listeners. */
export function closingController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
