/** An event at a WebSocket API, under the name of its CloudWatch metric. */
export interface WebSocketActivity {
  readonly at: number;
  readonly apiId: string;
  readonly stage: string;
  readonly what: 'ConnectCount' | 'MessageCount' | 'IntegrationError' | 'ClientError' | 'ExecutionError' | 'IntegrationLatency';
  /** Default 1. A latency is in ms. */
  readonly value?: number;
}

/** Called with every event at one API. */
export type WebSocketObserver = (what: WebSocketActivity['what'], value?: number) => void;
