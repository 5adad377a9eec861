import type { ResponseEvent } from '../../functions/core/response-event';
import { environments } from '../../environments';
import { RESPONSE_EVENT } from '../../functions/event-names';
import { environmentNames, stackOf } from '../support/infra-stack';

const EVENT: ResponseEvent = {
  version: 1,
  requestId: 'd2b1d7a0-6b0c-4c61-9a53-0f6b3f1a7c55',
  tunnelId: 'k3v9x2m4q7wz',
  waiterConnectionId: 'L0SM9cOFvHcCIhw=',
  completedAt: 1_760_000_000_123,
  traceHeader: 'Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1',
  probe: false,
};

/** The input of the target for an event: each `<name>` is replaced by the value at its path. */
function transform(
  { input_paths, input_template }: { input_paths: Record<string, string>; input_template: string },
  detail: object,
): unknown {
  const text = input_template.replace(/<(\w+)>/g, (_, name: string) => {
    const key = /^\$\.detail\.(\w+)$/.exec(input_paths[name] ?? '')?.[1] ?? '';
    return String((detail as Record<string, unknown>)[key]);
  });
  return JSON.parse(text);
}

describe.each(environmentNames)('the response path of %s', (name) => {
  const stack = stackOf(name);
  const onlyTarget = stack.resource('aws_cloudwatch_event_target.response-bus-target');

  it('streams the old and the new image of a row, so that process-stream sees whether the wake was requested before', () => {
    expect(stack.resource('aws_dynamodb_table.pending-requests')).toMatchObject({
      billing_mode: 'PAY_PER_REQUEST',
      hash_key: 'requestId',
      attribute: [{ name: 'requestId', type: 'S' }],
      stream_enabled: true,
      stream_view_type: 'NEW_AND_OLD_IMAGES',
      ttl: { enabled: true, attribute_name: 'expiresAt' },
      point_in_time_recovery: { enabled: false },
    });
  });

  it('reads the stream from now on, gives a record up after two retries, and never because of its age', () => {
    const mappings = stack.resources('aws_lambda_event_source_mapping');
    expect(mappings.map(([, attributes]) => attributes)).toEqual([
      {
        event_source_arn: '${aws_dynamodb_table.pending-requests.stream_arn}',
        function_name: '${aws_lambda_function.process-stream.arn}',
        starting_position: 'LATEST',
        batch_size: 100,
        maximum_batching_window_in_seconds: 0,
        parallelization_factor: 2,
        filter_criteria: { filter: [{ pattern: expect.any(String) as string }] },
        maximum_retry_attempts: 2,
        // As long as a stream keeps records.
        maximum_record_age_in_seconds: 86_400,
        bisect_batch_on_function_error: true,
        function_response_types: ['ReportBatchItemFailures'],
        destination_config: {
          on_failure: { destination_arn: '${aws_sqs_queue.response-stream-failures.arn}' },
        },
      },
    ]);
  });

  it('passes only rows that are completed, by an update or from the start, and that ask for a wake by the bus', () => {
    const { filter_criteria } = stack.resource('aws_lambda_event_source_mapping.response-stream-mapping');
    const [{ pattern }] = (filter_criteria as { filter: [{ pattern: string }] }).filter;
    expect(JSON.parse(pattern)).toEqual({
      eventName: ['INSERT', 'MODIFY'],
      dynamodb: { NewImage: { status: { S: ['completed'] }, wake: { S: ['bus'] } } },
    });
  });

  it('has a rule that matches the events of process-stream, and only from its own account', () => {
    const rule = stack.resource('aws_cloudwatch_event_rule.response-bus-rule');
    expect(rule['event_bus_name']).toBe('${aws_cloudwatch_event_bus.response-bus.name}');
    expect(JSON.parse(rule['event_pattern'] as string)).toEqual({
      account: [environments[name].accountId],
      source: ['http-tunnel.response'],
      'detail-type': ['HttpResponseReady'],
    });
    expect(RESPONSE_EVENT).toEqual({ source: 'http-tunnel.response', detailType: 'HttpResponseReady' });
  });

  it('passes every field of the event to wake-waiter with its type, and no other field', () => {
    expect(onlyTarget).toMatchObject({
      rule: '${aws_cloudwatch_event_rule.response-bus-rule.name}',
      event_bus_name: '${aws_cloudwatch_event_bus.response-bus.name}',
      arn: '${aws_lambda_function.wake-waiter.arn}',
      target_id: 'wake-waiter',
    });
    const transformer = onlyTarget['input_transformer'] as Parameters<typeof transform>[0];
    expect(transform(transformer, EVENT)).toEqual(EVENT);
    const probe = { ...EVENT, waiterConnectionId: '', traceHeader: '', probe: true };
    expect(transform(transformer, probe)).toEqual(probe);
  });

  it('drops a wake after one minute, and keeps events that cannot be delivered', () => {
    expect(onlyTarget).toMatchObject({
      retry_policy: { maximum_retry_attempts: 2, maximum_event_age_in_seconds: 60 },
      dead_letter_config: { arn: '${aws_sqs_queue.response-bus-target-dead-letters.arn}' },
    });
    expect(stack.resource('aws_lambda_function_event_invoke_config.response-bus-invocation')).toEqual({
      function_name: '${aws_lambda_function.wake-waiter.function_name}',
      maximum_retry_attempts: 0,
      maximum_event_age_in_seconds: 60,
      destination_config: { on_failure: { destination: '${aws_sqs_queue.response-bus-wake-failures.arn}' } },
    });
  });

  it('starts sweep only when everything is there that a probe of sweep needs to return', () => {
    const before = stack.closure('aws_cloudwatch_event_rule.sweep-schedule-rule');
    for (const needed of [
      'aws_lambda_event_source_mapping.response-stream-mapping',
      'aws_iam_role_policy.process-stream-policy',
      'aws_cloudwatch_event_bus_policy.response-bus-policy',
      'aws_cloudwatch_event_rule.response-bus-rule',
      'aws_cloudwatch_event_target.response-bus-target',
      'aws_lambda_permission.response-bus-target-permission',
      'aws_iam_role_policy.wake-waiter-policy',
    ])
      expect([...before]).toContain(needed);
  });

  it.each(['response-bus', 'sweep-schedule'])('has the permission of %s before its target, so that no event is refused', (rule) => {
    expect(stack.dependencies(`aws_cloudwatch_event_target.${rule}-target`)).toContain(`aws_lambda_permission.${rule}-target-permission`);
  });
});
