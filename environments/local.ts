import { defineEnvironment } from './environment';
import { LARGE_THROTTLING, MESSAGES, SMALL_FUNCTIONS, STANDARD_STREAMS, STANDARD_TIMINGS } from './standards';

/** The environment that `npm start` runs on a laptop: the local cloud runs the same stack. It is never applied to AWS. */
export const local = defineEnvironment({
  name: 'local',
  accountId: '000000000000',
  region: 'us-east-1',
  backend: { kind: 'local', path: 'terraform.tfstate' },
  tunnelDomain: 'localhost',
  hostedZone: null,
  tokenIssuer: null,
  responsePath: { useEventDriven: true, mode: 'direct', tickets: true, percent: 100 },
  wakeHello: 'mock',
  streamingDoor: true,
  streams: STANDARD_STREAMS,
  ownerLimits: { requestsInFlight: 400, tunnels: 50, messages: MESSAGES },
  // A busy laptop can be much slower than AWS, so three limits are longer. The local cloud's mapping reads at once, so probes need no grace.
  timings: { ...STANDARD_TIMINGS, wakeHelloMs: 1000, serviceCallMs: 5000, wakePostMs: 2500, probeGraceMs: 0 },
  functions: SMALL_FUNCTIONS,
  alarms: { notifyEmail: null, minimumRequests: 5, refusedPercent: 10 },
  throttling: LARGE_THROTTLING,
  logLevel: 'INFO',
  logRetentionDays: 1,
  githubRepository: null,
  customerKey: false,
  tracing: true,
  deletionProtection: false,
  tags: { owner: 'http-tunnel' },
});
