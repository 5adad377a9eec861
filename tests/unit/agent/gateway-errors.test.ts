import { GatewayErrorReports } from '../../../agent/gateway-errors';
import { decodeCloudMessage, ProtocolError, type GatewayError } from '../../../protocol';

const error = (text: string, requestId: string): GatewayError =>
  decodeCloudMessage(JSON.stringify({ message: text, connectionId: 'C=', requestId })) as GatewayError;

describe('a message of API Gateway', () => {
  it.each([
    ['Internal server error', 'failed'],
    ['Endpoint request timed out', 'timed-out'],
    ['Forbidden', 'no-route'],
    ['Too Many Requests', 'throttled'],
    ['Limit exceeded', 'throttled'],
    ['Invalid request body', 'invalid'],
    ['something new', 'other'],
  ])('"%s" is read as %s', (text, kind) => {
    expect(error(text, 'R=')).toEqual({ type: 'gateway_error', kind, text, requestId: 'R=' });
  });

  it('may name a message instead of a request, or neither', () => {
    const text = 'Bad request body';
    const read = (more: object) => decodeCloudMessage(JSON.stringify({ message: text, connectionId: 'C=', ...more }));
    expect(read({ messageId: 'M=' })).toEqual({ type: 'gateway_error', kind: 'invalid', text, requestId: 'M=' });
    expect(read({})).toEqual({ type: 'gateway_error', kind: 'invalid', text });
  });

  it.each([
    ['without a connection', { message: 'Internal server error', requestId: 'R=' }],
    ['with a type', { type: 'novelty', message: 'Internal server error', connectionId: 'C=', requestId: 'R=' }],
    ['with a message that is no text', { message: {}, connectionId: 'C=' }],
  ])('is none %s', (_what, value) => {
    expect(() => decodeCloudMessage(JSON.stringify(value))).toThrow(ProtocolError);
  });
});

describe('reports', () => {
  it('come once a minute for each kind, with the number of those in between', () => {
    let now = 1_000_000;
    const reports = new GatewayErrorReports(() => now);
    expect(reports.report(error('Internal server error', 'R1='))).toContain('request id R1=)');
    for (const requestId of ['R2=', 'R3=']) {
      now += 20_000;
      expect(reports.report(error('Internal server error', requestId))).toBeUndefined();
    }
    expect(reports.report(error('Too Many Requests', 'R4='))).toContain('throttling.agents');
    now += 20_000;
    expect(reports.report(error('Internal server error', 'R5='))).toContain('request id R5=, and 2 more since the last warning)');
    now += 60_000;
    expect(reports.report(error('Internal server error', 'R6='))).toContain('request id R6=)');
  });
});
