import type { FunctionInvoker, InvokeResult } from '../../emulator/services';

export const REGION = 'eu-central-1';
export const ACCOUNT_ID = '000000000000';
export const functionArn = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`;

/** A function of the table throws this error to simulate that Lambda throttles it. */
export class ThrottledError extends Error {}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each test knows the event it expects
export type TestFunction = (event: any) => unknown;

/** Functions in this process, by name. Events and results pass through JSON, as in Lambda. */
export class FunctionTable implements FunctionInvoker {
  readonly invocations: { readonly name: string; readonly event: unknown }[] = [];

  constructor(private readonly functions: Readonly<Record<string, TestFunction>>) {}

  /** Events that a function received, oldest first. */
  eventsOf<T = Record<string, unknown>>(name: string): T[] {
    return this.invocations.filter((each) => each.name === name).map(({ event }) => event as T);
  }

  async invoke(arn: string, payload: unknown): Promise<InvokeResult> {
    const name = arn.split(':')[6] ?? '';
    const run = this.functions[name];
    if (!run) throw new Error(`no function ${arn}`);
    const event: unknown = JSON.parse(JSON.stringify(payload));
    this.invocations.push({ name, event });
    try {
      const result: unknown = await run(event);
      return {
        kind: 'ok',
        payload: result === undefined ? null : (JSON.parse(JSON.stringify(result)) as unknown),
      };
    } catch (error) {
      if (error instanceof ThrottledError) return { kind: 'throttled', reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' };
      return { kind: 'error', errorType: 'Error', errorMessage: (error as Error).message };
    }
  }

  invokeAsync(): void {
    throw new Error('API Gateway invokes synchronously');
  }
}
