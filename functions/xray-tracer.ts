import { Tracer } from '@aws-lambda-powertools/tracer';

/** The X-Ray SDK's own tracing of http.request never closes the wake socket's upgrade, and a segment with an open child is never sent. */
export const newTracer = (): Tracer => new Tracer({ captureHTTPsRequests: false });
