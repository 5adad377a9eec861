import { environments } from '../../environments';
import { awsEnvironmentNames, bootstrapOf, environmentNames, InfraStack, stackOf } from '../support/infra-stack';
import { unacknowledged, type Acknowledgement } from '../support/replacements';
import { acknowledged, bootstrapPins, statefulPins } from './stateful';

describe('no stateful resource', () => {
  it.each(environmentNames)('of %s is replaced or removed without an acknowledgement', (name) => {
    expect(unacknowledged(name, stackOf(name), statefulPins(name), acknowledged)).toEqual([]);
  });

  it.each(awsEnvironmentNames)('of the account of %s is replaced or removed without an acknowledgement', (name) => {
    const { accountId } = environments[name];
    const stack = `bootstrap-${accountId}`;
    expect(unacknowledged(stack, bootstrapOf(name), bootstrapPins(accountId), acknowledged)).toEqual([]);
  });

  it('has an acknowledgement for the value that it already has', () => {
    const stale = acknowledged.filter(({ stack, address, becomes }) => {
      const name = environmentNames.find((known) => known === stack);
      const pins = name ? statefulPins(name) : bootstrapPins(stack.replace('bootstrap-', ''));
      return JSON.stringify(pins[address]) === JSON.stringify(becomes);
    });
    expect(stale).toEqual([]);
  });
});

describe('the check of stateful resources', () => {
  const pins = statefulPins('prod');
  const changed = (from: string, to: string): InfraStack => new InfraStack(stackOf('prod').text.replaceAll(from, to));
  const address = 'aws_dynamodb_table.tunnels';

  it('reports a changed table name by address, with what is lost and what to do', () => {
    const stack = changed('"http-tunnel-prod-tunnels"', '"http-tunnel-prod-tunnels-2"');
    expect(unacknowledged('prod', stack, pins, [])).toEqual([
      'prod: aws_dynamodb_table.tunnels ({"name":"http-tunnel-prod-tunnels","hash_key":"tunnelId"}) becomes ' +
        '{"name":"http-tunnel-prod-tunnels-2","hash_key":"tunnelId"} and is replaced, with all it holds: ' +
        'take it back, or acknowledge it in tests/infra/stateful.ts',
    ]);
  });

  it('reports a changed key of a table', () => {
    const stack = changed('"hash_key": "tunnelId"', '"hash_key": "tunnel"');
    expect(unacknowledged('prod', stack, pins, [])).toHaveLength(1);
  });

  it('reports a changed address as one resource that is gone and one that is new', () => {
    const stack = changed('"response-stream-failures": {', '"stream-failures": {');
    expect(unacknowledged('prod', stack, pins, [])).toEqual([
      expect.stringContaining('aws_sqs_queue.response-stream-failures ({"name":"http-tunnel-prod-stream-failures"}) is gone'),
      'prod: aws_sqs_queue.stream-failures is new: pin it in tests/infra/stateful.ts',
    ]);
  });

  it('accepts an acknowledged change, only for the acknowledged stack and value', () => {
    const stack = changed('"http-tunnel-prod-tunnels"', '"http-tunnel-prod-tunnels-2"');
    const becomes = { name: 'http-tunnel-prod-tunnels-2', hash_key: 'tunnelId' };
    const entry: Acknowledgement = { stack: 'prod', address, becomes, reason: 'tried here' };
    expect(unacknowledged('prod', stack, pins, [entry])).toEqual([]);
    expect(unacknowledged('prod', stack, pins, [{ ...entry, stack: 'dev' }])).toHaveLength(1);
    expect(unacknowledged('prod', stack, pins, [{ ...entry, becomes: null }])).toHaveLength(1);
  });
});
