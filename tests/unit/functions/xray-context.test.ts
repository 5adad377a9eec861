import type * as XRay from 'aws-xray-sdk-core';
import { setImmediate as nextTurn } from 'node:timers/promises';

jest.mock('cls-hooked/context', () => jest.requireActual<object>('../../../functions/xray-context'));

/** The X-Ray SDK as it initialises on Lambda, with this project's context in place of the SDK's own. */
function xrayOnLambda(): typeof XRay {
  process.env['LAMBDA_TASK_ROOT'] = '/var/task';
  process.env['_X_AMZN_TRACE_ID'] = 'Root=1-5f84c7a1-0123456789abcdef01234567;Parent=53995c3f42cd8ad8;Sampled=1';
  return jest.requireActual('aws-xray-sdk-core');
}

describe("the functions' X-Ray context", () => {
  const xray = xrayOnLambda();

  it('keeps the current segment across asynchronous calls', async () => {
    const facade = xray.getSegment();
    const handler = facade?.addNewSubsegment('## handler');
    xray.setSegment(handler!);
    await nextTurn();
    await Promise.all([nextTurn(), Promise.resolve()]);
    expect(xray.getSegment()).toBe(handler);
    xray.setSegment(facade!);
    expect(xray.getSegment()).toBe(facade);
  });

  it('makes the segment of a captured function current only while the function runs', () => {
    const outer = xray.getSegment()?.addNewSubsegment('outer');
    xray.setSegment(outer!);
    const inner = xray.captureFunc('inner', (segment) => {
      expect(xray.getSegment()).toBe(segment);
      return segment;
    }) as unknown as { name: string };
    expect(inner.name).toBe('inner');
    expect(xray.getSegment()).toBe(outer);
  });
});
