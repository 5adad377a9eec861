import { defineEnvironment } from './environment';

/** The environment where changes are tried first: every request is event-driven, functions are small, logs are kept briefly. */
export const dev = defineEnvironment({
  name: 'dev',
  // An example account id from AWS's documentation. Replace it with your own id, here and in the bucket's name.
  accountId: '111122223333',
  region: 'us-east-1',
  backend: {
    kind: 's3',
    bucket: 'http-tunnel-terraform-111122223333',
    key: 'dev/terraform.tfstate',
    region: 'us-east-1',
  },
  tunnelDomain: null,
  hostedZone: null,
  tokenIssuer: null,
  responsePath: { useEventDriven: true, mode: 'direct', percent: 100 },
  maxSlowRequests: 100,
  timings: {
    requestDeadlineMs: 28_000,
    pollingDelaysMs: [50, 100, 200, 400, 500],
    safetyReadMs: 1000,
    wakeIdleMs: 30_000,
    wakeHelloMs: 250,
    wakeRotateMs: 5_400_000,
    serviceCallMs: 2000,
    wakePostMs: 500,
    leaseGraceMs: 60_000,
    rolloutCacheMs: 5000,
    rolloutStaleMs: 60_000,
    nameCooldownMs: 3_600_000,
  },
  functions: {
    'forward-request': { memoryMb: 256, timeoutSeconds: 29, reservedConcurrency: null },
    'authorize-agent': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    'connect-agent': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    'disconnect-agent': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    'receive-message': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    'process-stream': { memoryMb: 256, timeoutSeconds: 30, reservedConcurrency: null },
    'wake-waiter': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    'roll-back': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    sweep: { memoryMb: 256, timeoutSeconds: 55, reservedConcurrency: null },
  },
  alarms: { notifyEmail: null, minimumRequests: 10 },
  throttling: {
    visitors: { ratePerSecond: 100, burst: 200 },
    agents: { ratePerSecond: 200, burst: 400 },
    wakes: { ratePerSecond: 200, burst: 400 },
  },
  logLevel: 'DEBUG',
  logRetentionDays: 7,
  // Replace this name with your own repository. No GitHub owner begins with a hyphen, so until then no workflow gets access.
  githubRepository: '-owner-/http-tunnel',
  customerKey: false,
  tracing: true,
  deletionProtection: false,
  tags: { owner: 'http-tunnel' },
});
