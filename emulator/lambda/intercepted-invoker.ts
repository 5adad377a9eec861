import type { InvocationInterceptor, StreamingInvoker } from '../services';

/** Wraps an invoker for a gateway or a function URL. The first interceptor is the outermost. */
export function interceptedInvoker(
  invoker: StreamingInvoker,
  ...interceptors: readonly (InvocationInterceptor | undefined)[]
): StreamingInvoker {
  return interceptors.reduceRight<StreamingInvoker>(
    (inner, intercept) =>
      intercept
        ? {
            invokeAsync: (...args) => inner.invokeAsync(...args),
            invoke: (functionArn, payload, options) =>
              intercept({ functionArn, payload }, () => inner.invoke(functionArn, payload, options)),
            invokeStreaming: (functionArn, payload, options) =>
              intercept({ functionArn, payload }, () => inner.invokeStreaming(functionArn, payload, options)),
          }
        : inner,
    invoker,
  );
}
