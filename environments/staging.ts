import { defineEnvironment } from './environment';

/** The rehearsal for prod: the same sizes and reservations, but every request is event-driven. */
export const staging = defineEnvironment({
  name: 'staging',
  // An example account id from AWS's documentation. Replace it with your own id, here and in the bucket's name.
  accountId: '444455556666',
  region: 'us-east-1',
  backend: {
    kind: 's3',
    bucket: 'http-tunnel-terraform-444455556666',
    key: 'staging/terraform.tfstate',
    region: 'us-east-1',
  },
  tunnelDomain: null,
  hostedZone: null,
  tokenIssuer: null,
  responsePath: { useEventDriven: true, mode: 'direct', percent: 100 },
  maxSlowRequests: 200,
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
  // Waiters use up concurrency until receive-message or wake-waiter releases them. So these two functions have a reservation, and
  // forward-request has a cap. The sum leaves the 100 that Lambda keeps unreserved:
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
  functions: {
    'forward-request': { memoryMb: 512, timeoutSeconds: 29, reservedConcurrency: 600 },
    'authorize-agent': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    'connect-agent': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    'disconnect-agent': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    'receive-message': { memoryMb: 512, timeoutSeconds: 10, reservedConcurrency: 150 },
    'process-stream': { memoryMb: 512, timeoutSeconds: 30, reservedConcurrency: 20 },
    'wake-waiter': { memoryMb: 512, timeoutSeconds: 10, reservedConcurrency: 100 },
    'roll-back': { memoryMb: 256, timeoutSeconds: 10, reservedConcurrency: null },
    sweep: { memoryMb: 256, timeoutSeconds: 55, reservedConcurrency: null },
  },
  alarms: { notifyEmail: null, minimumRequests: 10 },
  throttling: {
    visitors: { ratePerSecond: 1000, burst: 1000 },
    agents: { ratePerSecond: 2000, burst: 2000 },
    wakes: { ratePerSecond: 2000, burst: 2000 },
  },
  logLevel: 'INFO',
  logRetentionDays: 14,
  // Replace this name with your own repository. No GitHub owner begins with a hyphen, so until then no workflow gets access.
  githubRepository: '-owner-/http-tunnel',
  customerKey: false,
  tracing: true,
  deletionProtection: false,
  tags: { owner: 'http-tunnel' },
});
