import { defineEnvironment } from './environment';
import { MESSAGES, SMALL_FUNCTIONS, STANDARD_STREAMS, STANDARD_TIMINGS } from './standards';

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
  responsePath: { useEventDriven: true, mode: 'direct', tickets: true, percent: 100 },
  wakeHello: 'mock',
  streamingDoor: true,
  streams: STANDARD_STREAMS,
  ownerLimits: { requestsInFlight: 100, tunnels: 50, messages: MESSAGES },
  timings: STANDARD_TIMINGS,
  functions: SMALL_FUNCTIONS,
  alarms: { notifyEmail: null, minimumRequests: 10, refusedPercent: 10 },
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
