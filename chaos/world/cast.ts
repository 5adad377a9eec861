/** Who takes part: the owners, their tunnels, and how the service behind each tunnel behaves. */

/** `own`: this project's agent, in a process of its own. `old`: an agent of `ttf` 0.3. `hostile`: an agent that lies. */
export type AgentKind = 'own' | 'old' | 'hostile';

export interface CastTunnel {
  /** Name of the tunnel. The cloud gives the old agent another one at each connection. */
  readonly name: string;
  readonly owner: string;
  readonly agent: AgentKind;
  /** Share of the visitors, relative to the other tunnels. */
  readonly visitors: number;
  /** Median time of the local service, in ms. */
  readonly serviceMs: number;
  /** Largest bodies of requests and of answers, in bytes. */
  readonly uploadBytes: number;
  readonly downloadBytes: number;
  /** Largest answers at the streaming door, in bytes. */
  readonly streamBytes: number;
  /** Share of the requests that the local service does not answer properly. */
  readonly failing: number;
}

const KB = 1024;
const MB = 1024 * KB;

export const CAST = [
  {
    name: 'ann-web',
    owner: 'ann',
    agent: 'own',
    visitors: 8,
    serviceMs: 5,
    uploadBytes: 2 * KB,
    downloadBytes: 12 * KB,
    streamBytes: 3 * MB,
    failing: 0,
  },
  {
    name: 'ann-files',
    owner: 'ann',
    agent: 'own',
    visitors: 3,
    serviceMs: 20,
    uploadBytes: 300 * KB,
    downloadBytes: 400 * KB,
    streamBytes: 3 * MB,
    failing: 0,
  },
  {
    name: 'bob-api',
    owner: 'bob',
    agent: 'own',
    visitors: 4,
    serviceMs: 300,
    uploadBytes: 8 * KB,
    downloadBytes: 30 * KB,
    streamBytes: 3 * MB,
    failing: 0.01,
  },
  // An answer of an old agent must fit a frame of 32 KB in base64.
  {
    name: 'bob-old',
    owner: 'bob',
    agent: 'old',
    visitors: 3,
    serviceMs: 20,
    uploadBytes: 4 * KB,
    downloadBytes: 12 * KB,
    streamBytes: 12 * KB,
    failing: 0.02,
  },
  {
    name: 'cyd-shaky',
    owner: 'cyd',
    agent: 'own',
    visitors: 2,
    serviceMs: 60,
    uploadBytes: 4 * KB,
    downloadBytes: 60 * KB,
    streamBytes: 3 * MB,
    failing: 0.3,
  },
  {
    name: 'eve-trap',
    owner: 'eve',
    agent: 'hostile',
    visitors: 1,
    serviceMs: 5,
    uploadBytes: 1 * KB,
    downloadBytes: 1 * KB,
    streamBytes: 1 * KB,
    failing: 0,
  },
] as const satisfies readonly CastTunnel[];

/** Whether a tunnel is served by this project's agent: `tunnelId` and `owner` as the authorizer gives them to a connection. */
export const isHonest = (tunnelId: unknown, owner: unknown): boolean =>
  CAST.some((each) => each.agent === 'own' && each.name === tunnelId && each.owner === owner);

/** Names of tunnels whose agents crash, sleep, and have a wrong clock. */
export const OWN_AGENTS: readonly string[] = CAST.filter(({ agent }) => agent === 'own').map(({ name }) => name);
/** These and the old agent: agents that can be told to go and to come back. */
export const HONEST_AGENTS: readonly string[] = CAST.filter(({ agent }) => agent !== 'hostile').map(({ name }) => name);
