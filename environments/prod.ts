import { defineEnvironment } from './environment';
import { LARGE_FUNCTIONS, LARGE_THROTTLING, MESSAGES, STANDARD_STREAMS, STANDARD_TIMINGS } from './standards';

/** Production at stage 0 of the rollout: everything is deployed, and every request still polls. */
export const prod = defineEnvironment({
  name: 'prod',
  // An example account id from AWS's documentation. Replace it with your own id, here and in the bucket's name.
  accountId: '777788889999',
  region: 'us-east-1',
  backend: {
    kind: 's3',
    bucket: 'http-tunnel-terraform-777788889999',
    key: 'prod/terraform.tfstate',
    region: 'us-east-1',
  },
  tunnelDomain: null,
  hostedZone: null,
  tokenIssuer: null,
  responsePath: { useEventDriven: true, mode: 'direct', tickets: true, percent: 0 },
  wakeHello: 'mock',
  streamingDoor: false,
  streams: STANDARD_STREAMS,
  ownerLimits: { requestsInFlight: 200, tunnels: 100, messages: MESSAGES },
  timings: STANDARD_TIMINGS,
  functions: LARGE_FUNCTIONS,
  alarms: { notifyEmail: null, minimumRequests: 100, refusedPercent: 5 },
  throttling: LARGE_THROTTLING,
  logLevel: 'INFO',
  logRetentionDays: 30,
  // Replace this name with your own repository. No GitHub owner begins with a hyphen, so until then no workflow gets access.
  githubRepository: '-owner-/http-tunnel',
  customerKey: true,
  tracing: true,
  deletionProtection: true,
  tags: { owner: 'http-tunnel' },
});
