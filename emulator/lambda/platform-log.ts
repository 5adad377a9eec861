/**
 * The log lines that Lambda itself writes around the lines of a function, in text format
 * (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html).
 */
import type { InvocationRecord } from './invocation';

export function startLine(requestId: string): string {
  return `START RequestId: ${requestId} Version: $LATEST`;
}

export function endLine(requestId: string): string {
  return `END RequestId: ${requestId}`;
}

/** `REPORT RequestId: … Duration: … ms Billed Duration: … ms Memory Size: … MB …`, fields separated by tabs. */
export function reportLine(record: InvocationRecord, memoryMb: number): string {
  const fields = [
    `REPORT RequestId: ${record.requestId}`,
    `Duration: ${record.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${record.billedMs} ms`,
    `Memory Size: ${memoryMb} MB`,
  ];
  if (record.maxMemoryMb !== undefined) fields.push(`Max Memory Used: ${record.maxMemoryMb} MB`);
  if (record.initMs !== undefined) fields.push(`Init Duration: ${record.initMs.toFixed(2)} ms`);
  if (record.errorType && isPlatformError(record.errorType)) fields.push(...statusFields(record.errorType));
  return fields.join('\t');
}

/** Written when an init has failed. A successful init appears in the REPORT line. */
export function initReportLine(initMs: number, errorType: string): string {
  return [`INIT_REPORT Init Duration: ${initMs.toFixed(2)} ms`, 'Phase: init', ...statusFields(errorType)].join('\t');
}

function statusFields(errorType: string): string[] {
  return errorType === 'Sandbox.Timedout' ? ['Status: timeout'] : ['Status: error', `Error Type: ${errorType}`];
}

/** Only errors that the platform noticed have a status. An error that the handler threw is a normal answer. */
function isPlatformError(errorType: string): boolean {
  return /^(Runtime|Sandbox)\./.test(errorType);
}
