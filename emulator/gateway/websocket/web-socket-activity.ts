/** What happens at a WebSocket API, under the names that CloudWatch has for it. */
export interface WebSocketActivity {
  readonly at: number;
  readonly apiId: string;
  readonly stage: string;
  readonly what: 'ConnectCount' | 'MessageCount' | 'IntegrationError' | 'ClientError' | 'ExecutionError' | 'IntegrationLatency';
  /** 1 where it is not given; of a latency, ms. */
  readonly value?: number;
}

/** Told of what happens at one API. */
export type WebSocketObserver = (what: WebSocketActivity['what'], value?: number) => void;
