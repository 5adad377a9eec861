import { GatewayErrorReports } from '../../../agent/gateway-errors';
import { decodeCloudMessage, ProtocolError, type GatewayError } from '../../../protocol';

const error = (text: string, requestId: string): GatewayError =>
  decodeCloudMessage(JSON.stringify({ message: text, connectionId: 'C=', requestId })) as GatewayError;

describe('an error message of API Gateway', () => {
  it.each([
    ['Internal server error', 'failed'],
    ['Endpoint request timed out', 'timed-out'],
    ['Forbidden', 'no-route'],
    ['Too Many Requests', 'throttled'],
    ['Limit exceeded', 'throttled'],
    ['Invalid request body', 'invalid'],
    ['something new', 'other'],
  ])('with the text "%s" is decoded as the kind %s', (text, kind) => {
    expect(error(text, 'R=')).toEqual({ type: 'gateway_error', kind, text, requestId: 'R=' });
  });

  it('is decoded with a message id instead of a request id, or with neither', () => {
    const text = 'Bad request body';
    const read = (more: object) => decodeCloudMessage(JSON.stringify({ message: text, connectionId: 'C=', ...more }));
    expect(read({ messageId: 'M=' })).toEqual({ type: 'gateway_error', kind: 'invalid', text, requestId: 'M=' });
    expect(read({})).toEqual({ type: 'gateway_error', kind: 'invalid', text });
  });

  it.each([
    ['no connection id', { message: 'Internal server error', requestId: 'R=' }],
    ['a type', { type: 'novelty', message: 'Internal server error', connectionId: 'C=', requestId: 'R=' }],
    ['a message that is not a string', { message: {}, connectionId: 'C=' }],
  ])('is rejected when it has %s', (_what, value) => {
    expect(() => decodeCloudMessage(JSON.stringify(value))).toThrow(ProtocolError);
  });
});

describe('the warnings about errors of API Gateway', () => {
  it('come at most once a minute for each kind, with the number of errors since the last warning', () => {
    let now = 1_000_000;
    const reports = new GatewayErrorReports(() => now);
    expect(reports.report(error('Internal server error', 'R1='))).toContain('request id R1=)');
    for (const requestId of ['R2=', 'R3=']) {
      now += 20_000;
      expect(reports.report(error('Internal server error', requestId))).toBeUndefined();
    }
    expect(reports.report(error('Too Many Requests', 'R4='))).toContain('throttling.agents');
    now += 20_000;
    expect(reports.report(error('Internal server error', 'R5='))).toContain(
      'request id R5=, and 2 more such errors since the last warning)',
    );
    now += 60_000;
    expect(reports.report(error('Internal server error', 'R6='))).toContain('request id R6=)');
  });
});
