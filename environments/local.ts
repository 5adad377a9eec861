import { defineEnvironment } from './environment';

/** What `npm start` runs on a laptop: the same stack, booted by the local cloud. Never applied to AWS. */
export const local = defineEnvironment({
  name: 'local',
  accountId: '000000000000',
  region: 'us-east-1',
  backend: { kind: 'local', path: 'terraform.tfstate' },
  tunnelDomain: 'localhost',
  hostedZone: null,
  responsePath: { useEventDriven: true, mode: 'direct', percent: 100 },
  timings: {
    requestDeadlineMs: 28_000,
    pollingDelaysMs: [50, 100, 200, 400, 500],
    safetyReadMs: 1000,
    wakeIdleMs: 30_000,
    wakeHelloMs: 250,
    wakeRotateMs: 5_400_000,
    leaseGraceMs: 60_000,
  },
  functions: {
    'forward-request': { memoryMb: 256, timeoutSeconds: 29, reservedConcurrency: null },
    'authorize-agent': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    'connect-agent': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    'disconnect-agent': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    'receive-message': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    'process-stream': { memoryMb: 256, timeoutSeconds: 30, reservedConcurrency: null },
    'wake-waiter': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    sweep: { memoryMb: 256, timeoutSeconds: 55, reservedConcurrency: null },
  },
  throttling: {
    visitors: { ratePerSecond: 1000, burst: 1000 },
    agents: { ratePerSecond: 2000, burst: 2000 },
    wakes: { ratePerSecond: 2000, burst: 2000 },
  },
  logLevel: 'INFO',
  logRetentionDays: 1,
  githubRepository: null,
  customerKey: false,
  tracing: true,
  deletionProtection: false,
  tags: { owner: 'http-tunnel' },
});
