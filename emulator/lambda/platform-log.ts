import type { InvocationRecord } from './invocation';

/** The log lines that Lambda itself writes around the lines of a function. */
export interface PlatformLog {
  start(requestId: string): readonly string[];
  timeOut(requestId: string, message: string): readonly string[];
  done(record: InvocationRecord): readonly string[];
  /** Written when an init has failed. The report of the first invocation has the time of a successful init. */
  failedInit(initMs: number, errorType: string): readonly string[];
}
