import { defineEnvironment } from './environment';
import { LARGE_FUNCTIONS, LARGE_THROTTLING, MESSAGES, STANDARD_STREAMS, STANDARD_TIMINGS } from './standards';

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
  responsePath: { useEventDriven: true, mode: 'direct', tickets: true, percent: 100 },
  wakeHello: 'mock',
  streamingDoor: false,
  streams: STANDARD_STREAMS,
  ownerLimits: { requestsInFlight: 200, tunnels: 100, messages: MESSAGES },
  timings: STANDARD_TIMINGS,
  functions: LARGE_FUNCTIONS,
  alarms: { notifyEmail: null, minimumRequests: 10, refusedPercent: 5 },
  throttling: LARGE_THROTTLING,
  logLevel: 'INFO',
  logRetentionDays: 14,
  // Replace this name with your own repository. No GitHub owner begins with a hyphen, so until then no workflow gets access.
  githubRepository: '-owner-/http-tunnel',
  customerKey: false,
  tracing: true,
  deletionProtection: false,
  tags: { owner: 'http-tunnel' },
});
