import type { InvokeOptions, InvokeResult, Principal, Principals, StreamedResult, StreamingInvoker } from '../services';
import type { LambdaService } from './lambda-service';

/** Connects Lambda with the services that start before it: they get this link, and use it when Lambda runs. */
export class LambdaLink implements StreamingInvoker, Principals {
  private service: LambdaService | undefined;

  connect(service: LambdaService): void {
    this.service = service;
  }

  /** Rejects also while Lambda has not started. */
  async invoke(functionArn: string, payload: unknown, options?: InvokeOptions): Promise<InvokeResult> {
    return this.running().invoke(functionArn, payload, options);
  }

  /** Rejects also while Lambda has not started. */
  async invokeStreaming(functionArn: string, payload: unknown, options?: InvokeOptions): Promise<InvokeResult | StreamedResult> {
    return this.running().invokeStreaming(functionArn, payload, options);
  }

  invokeAsync(functionArn: string, payload: unknown, options?: { traceHeader?: string }): void {
    this.running().invokeAsync(functionArn, payload, options);
  }

  find(accessKeyId: string, sessionToken: string | undefined): Principal | undefined {
    return this.service?.find(accessKeyId, sessionToken);
  }

  kill(environmentId: string): void {
    this.service?.kill(environmentId);
  }

  private running(): LambdaService {
    if (!this.service) throw new Error('Lambda has not started yet');
    return this.service;
  }
}
