import type { Clock } from '../../clock';
import { backgroundClock } from '../../background-clock';
import type { EventBuses } from '../../events/event-bus';
import { closingController } from '../../closing-controller';
import type { FunctionUrlEdge } from '../../function-url/function-url-edge';
import type { HttpApiEdge } from '../../gateway/http-api/http-api-edge';
import type { WebSocketGateway } from '../../gateway/websocket/websocket-gateway';
import type { LambdaService } from '../../lambda/lambda-service';
import type { Closeable } from '../../services';
import type { FunctionUrlSpec, HttpApiSpec } from '../../specs';
import type { LocalQueues } from '../../sqs/local-queues';
import type { EventSourceMapping } from '../../streams/event-source-mapping';
import type { MetricStore } from '../metrics/metric-store';
import { onTheBeat } from '../on-the-beat';
import { httpApiMetrics, webSocketMetrics } from './api-gateway-metrics';
import { eventsMetrics } from './events-metrics';
import { functionUrlMetrics, lambdaMetrics } from './lambda-metrics';
import { sqsMetrics } from './sqs-metrics';

export interface ObservedServices {
  readonly lambda: LambdaService;
  readonly mappings: readonly EventSourceMapping[];
  readonly buses: EventBuses;
  readonly queues: LocalQueues;
  readonly edge: HttpApiEdge;
  readonly httpApi: HttpApiSpec;
  readonly gateway: WebSocketGateway;
  readonly functionUrl: FunctionUrlEdge | undefined;
  readonly functionUrls: readonly FunctionUrlSpec[];
}

const MINUTE_MS = 60_000;

/** Records the metrics that AWS's services publish, from the events of the local services. `close` stops the checks of queues. */
export class ServiceMetrics implements Closeable {
  private readonly closing = closingController();

  /** @param timeFactor divides the periods of alarms, and the one-minute interval of the checks of queues */
  constructor(store: MetricStore, services: ObservedServices, timeFactor: number, clock: Clock = backgroundClock) {
    lambdaMetrics(store, services.lambda, services.mappings, timeFactor);
    eventsMetrics(store, services.buses);
    httpApiMetrics(store, services.edge, services.httpApi);
    webSocketMetrics(store, services.gateway);
    const [url] = services.functionUrls;
    if (url && services.functionUrl) functionUrlMetrics(store, services.functionUrl, url);
    const lookAtQueues = sqsMetrics(store, services.queues);
    const beat = { clock, periodMs: MINUTE_MS / timeFactor, delayMs: 0, signal: this.closing.signal };
    void onTheBeat(beat, () => lookAtQueues(clock.now()));
  }

  async close(): Promise<void> {
    this.closing.abort();
  }
}
