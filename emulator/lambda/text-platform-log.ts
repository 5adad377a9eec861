import type { InvocationRecord } from './invocation';
import type { PlatformLog } from './platform-log';

/** Lambda's own lines in text format: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
export const textPlatformLog = (memoryMb: number): PlatformLog => ({
  start: (requestId) => [`START RequestId: ${requestId} Version: $LATEST`],
  timeOut: (requestId, message) => [`${new Date().toISOString()} ${requestId} ${message}`],
  done: (record) => [`END RequestId: ${record.requestId}`, reportLine(record, memoryMb)],
  failedInit: (initMs, errorType) => [
    [`INIT_REPORT Init Duration: ${initMs.toFixed(2)} ms`, 'Phase: init', ...statusFields(errorType)].join('\t'),
  ],
});

/** `REPORT RequestId: … Duration: … ms Billed Duration: … ms Memory Size: … MB …`, fields separated by tabs. */
function reportLine(record: InvocationRecord, memoryMb: number): string {
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

function statusFields(errorType: string): string[] {
  return errorType === 'Sandbox.Timedout' ? ['Status: timeout'] : ['Status: error', `Error Type: ${errorType}`];
}

/** Only errors that the platform noticed have a status. An error that the handler threw is a normal answer. */
function isPlatformError(errorType: string): boolean {
  return /^(Runtime|Sandbox)\./.test(errorType);
}
