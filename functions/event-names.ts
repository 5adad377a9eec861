/** The event that process-stream publishes. The rule of the bus matches the same values. */
export const RESPONSE_EVENT = { source: 'http-tunnel.response', detailType: 'HttpResponseReady' } as const;
