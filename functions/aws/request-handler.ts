/**
 * Settings of an SDK client's HTTP handler. Without them the SDK waits for ever for a service that does not answer.
 * @param callMs time for one attempt of a call, in ms; the connection gets a quarter of it
 */
export const requestHandlerFor = (callMs: number) => ({
  connectionTimeout: callMs / 4,
  requestTimeout: callMs,
  // Without this the SDK only warns.
  throwOnRequestTimeout: true,
});
