import type { HttpApiEdge } from '../../gateway/http-api/http-api-edge';
import type { WebSocketGateway } from '../../gateway/websocket/websocket-gateway';
import type { HttpApiSpec } from '../../specs';
import type { MetricStore } from '../metrics/metric-store';
import { recorders } from './recorders';

const NAMESPACE = 'AWS/ApiGateway';
const dimensionSets = (apiId: string, stage: string): Record<string, string>[] => [{ ApiId: apiId }, { ApiId: apiId, Stage: stage }];

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
const HTTP = { Count: 'Count', '4xx': 'Count', '5xx': 'Count', Latency: 'Milliseconds', IntegrationLatency: 'Milliseconds' };

/** Records the AWS/ApiGateway metrics of the HTTP API, per API and per stage. */
export function httpApiMetrics(store: MetricStore, edge: HttpApiEdge, { apiId, stageName }: HttpApiSpec): void {
  const record = recorders(store, NAMESPACE, HTTP, dimensionSets)(apiId, stageName);
  edge.events.on('response', ({ at, status, latencyMs, integrationLatencyMs }) => {
    record.Count(1, at);
    // Zeros are recorded too, so that the average of the metric is the error rate.
    record['4xx'](status >= 400 && status < 500 ? 1 : 0, at);
    record['5xx'](status >= 500 ? 1 : 0, at);
    record.Latency(latencyMs, at);
    if (integrationLatencyMs !== undefined) record.IntegrationLatency(integrationLatencyMs, at);
  });
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html */
const WEB_SOCKET = {
  ConnectCount: 'Count',
  MessageCount: 'Count',
  IntegrationError: 'Count',
  ClientError: 'Count',
  ExecutionError: 'Count',
  IntegrationLatency: 'Milliseconds',
};

/** Records the AWS/ApiGateway metrics of WebSocket APIs, per API and per stage. */
export function webSocketMetrics(store: MetricStore, gateway: WebSocketGateway): void {
  const of = recorders(store, NAMESPACE, WEB_SOCKET, dimensionSets);
  gateway.events.on('activity', ({ at, apiId, stage, what, value = 1 }) => of(apiId, stage)[what](value, at));
}
