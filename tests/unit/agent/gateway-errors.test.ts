import { GatewayErrorReports } from '../../../agent/gateway-errors';
import { decodeCloudMessage, type GatewayError } from '../../../protocol';

const error = (text: string, requestId: string): GatewayError =>
  decodeCloudMessage(JSON.stringify({ message: text, connectionId: 'C=', requestId })) as GatewayError;

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
