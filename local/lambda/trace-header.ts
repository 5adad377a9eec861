import { randomBytes } from 'node:crypto';

/**
 * The trace header an invocation runs under: `Root=1-8hex-24hex;Parent=16hex;Sampled=0|1`. A header that was handed in
 * keeps its root and its sampling decision; without one a new trace begins that is not sampled, for nothing collects it.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export function traceHeaderFor(given: string | undefined): string {
  const root = /Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/.exec(given ?? '')?.[1] ?? newRoot();
  const parent = /Parent=([0-9a-f]{16})/.exec(given ?? '')?.[1] ?? randomBytes(8).toString('hex');
  const sampled = /Sampled=1/.test(given ?? '') ? 1 : 0;
  return `Root=${root};Parent=${parent};Sampled=${sampled}`;
}

function newRoot(): string {
  const seconds = Math.floor(Date.now() / 1000)
    .toString(16)
    .padStart(8, '0');
  return `1-${seconds}-${randomBytes(12).toString('hex')}`;
}
