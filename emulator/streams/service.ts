import type { CloudService } from '../cloud-service';
import type { LocalDynamoDb } from '../dynamodb/local-dynamodb';
import type { Iam } from '../iam/iam';
import type { Queues } from '../services';
import type { CloudSpec } from '../specs';
import { EventSourceMapping } from './event-source-mapping';
import { GuardedStream } from './guarded-stream';
import { readMappings } from './read-mappings';

interface StreamsNeeds {
  readonly dynamodb: LocalDynamoDb;
  readonly iam: Iam;
  readonly guardedQueues: Queues;
}

/** Lambda's event source mappings of DynamoDB streams. */
export const streams: CloudService<Pick<CloudSpec, 'mappings'>, StreamsNeeds, { readonly mappings: readonly EventSourceMapping[] }> = {
  read: (reader) => ({ mappings: readMappings(reader) }),
  start: ({ spec, dynamodb, iam, functions, guardedQueues, limits, log, latencyHooks, faultHooks, started }) => ({
    mappings: spec.mappings.map((mapping) => {
      const source = new GuardedStream(dynamodb, iam, mapping.functionArn);
      source.open(mapping.streamArn);
      return started(
        new EventSourceMapping({
          ...latencyHooks,
          ...faultHooks.ofMapping(mapping),
          mapping,
          source,
          invoker: functions,
          queues: guardedQueues,
          limits: limits.stream,
          log,
        }),
      );
    }),
  }),
  begin: ({ mappings }) => mappings.forEach((mapping) => mapping.start()),
};
