/** The event that process-stream publishes; the rule of the bus is pinned to the same words. */
export const RESPONSE_EVENT = { source: 'http-tunnel.response', detailType: 'HttpResponseReady' } as const;
