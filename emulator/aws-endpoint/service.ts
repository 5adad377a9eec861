import type { CloudService } from '../cloud-service';
import type { MetricStore } from '../cloudwatch/metrics/metric-store';
import { dynamodbMetrics } from '../cloudwatch/sources/dynamodb-metrics';
import type { Iam } from '../iam/iam';
import type { Interceptor } from '../services';
import { AwsEndpoint } from './aws-endpoint';
import { CallRecorder, chain } from './call-recorder';

export interface AwsEndpointOffers {
  /** Endpoint of the AWS APIs for the SDK: `http://127.0.0.1:PORT`. */
  readonly awsEndpoint: string;
  /** Counts the AWS calls of the functions. */
  readonly calls: CallRecorder;
  /** Wraps every AWS call of a function. */
  readonly intercept: Interceptor;
}

/** The APIs of all services. */
export const awsEndpoint: CloudService<object, { readonly iam: Iam; readonly metrics: MetricStore }, AwsEndpointOffers> = {
  start: async ({ iam, metrics, apis, principals, region, log, options, latencyHooks, faultHooks, started }) => {
    const calls = new CallRecorder();
    // Observers come first in the chain, so they see what the caller sees: faults, waits and refusals.
    const observers = [calls.intercept, dynamodbMetrics(metrics), options.intercept];
    const intercept = chain(...observers, faultHooks.intercept, latencyHooks.intercept, iam.intercept);
    const endpoint = started(new AwsEndpoint({ services: apis, principals, intercept, region, logger: log }));
    const { url } = await endpoint.listen();
    return { awsEndpoint: url, calls, intercept };
  },
};
