import type { VisitorAccess } from '../../protocol';
import type { Arrivals } from './in-flight';
import type { NameClaim } from './tunnel-names';

/** A tunnel, as its row in the tunnels table describes it. */
export interface Tunnel {
  readonly tunnelId: string;
  /** Subject of the token that leased the name. */
  readonly owner: string;
  /** The agent's connection; none while the agent is away. */
  readonly connectionId?: string;
  /** What the agent announced in `ready`. */
  readonly capabilities: readonly string[];
  /** Who may visit; without this field everybody may. */
  readonly access?: VisitorAccess;
}

/** What an agent announces in `ready`. */
export interface Announcement extends Pick<Tunnel, 'capabilities' | 'access'> {
  /** Stands for the agent that runs, on all of its connections. Older agents have none. */
  readonly agentId?: string;
}

/** The connection that served a tunnel until another one was published. */
export type ReplacedConnection = Pick<Announcement, 'agentId' | 'capabilities'> & { readonly connectionId: string };

/** The identity of a connection of the agent gateway. authorize-agent decides it, and API Gateway repeats it with every message. */
export interface AgentIdentity {
  readonly owner: string;
  readonly tunnelId: string;
  /** Identifies one `$connect`: a newer lease of the same name takes over from an older one. */
  readonly lease: string;
  readonly claim: NameClaim;
}

export interface Tunnels {
  /** Strongly consistent. */
  find(tunnelId: string): Promise<Tunnel | undefined>;
}

/** What a visitor's request needs to know before it is sent to an agent. */
export interface LookedUp {
  readonly tunnel: Tunnel | undefined;
  /** The requests in flight of the tunnel's owner. */
  readonly arrivals: Arrivals;
  /** The share of event-driven requests that applies now, 0 to 100. */
  readonly percent: number;
}

export interface TunnelLookUps extends Tunnels {
  /** The share that the last look-up returned. The next look-up may return another share. */
  readonly lastPercent: number;
  lookUp(tunnelId: string): Promise<LookedUp>;
}

export interface Publication {
  /** False if the connection was already the one that gets requests. */
  readonly isFirst: boolean;
  /** The other connection that got the requests until now, if there was one. */
  readonly replaced?: ReplacedConnection;
}

/** Decides who may use a tunnel's name, and which connection serves it. */
export interface TunnelLeases {
  /**
   * Leases the name. False if another owner holds the name or its cool-down runs, or if the token does not grant it and the
   * caller does not already hold it.
   */
  lease(identity: AgentIdentity, now: number): Promise<boolean>;
  /** Makes the connection the one that gets requests. Undefined when its lease has run out or a newer connection has the lease. */
  publish(identity: AgentIdentity, connectionId: string, announced: Announcement, now: number): Promise<Publication | undefined>;
  /**
   * Takes the connection out of service, if it still serves the tunnel. The name stays leased for the grace period, or longer if a
   * newer connection has the lease. A connection that never said `ready` gives the name back.
   * @returns whether the connection served the tunnel
   */
  release(identity: Pick<AgentIdentity, 'tunnelId' | 'lease'>, connectionId: string, now: number): Promise<boolean>;
}

/** Reserved names: they stand for something else, or visitors could take the tunnel for the tunnel service itself. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'admin',
  'agent',
  'agents',
  'api',
  'app',
  'auth',
  'console',
  'dashboard',
  'docs',
  'help',
  'http-tunnel',
  'localhost',
  'login',
  'mail',
  'ns1',
  'ns2',
  'status',
  'support',
  'wake',
  'www',
]);

/** A name is a DNS label of 3 to 63 characters, so that it can be a subdomain (RFC 1123 section 2.1). */
const NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** What is wrong with a name an agent asks for, as a sentence with the remedy; `undefined` when it is fine. */
export function nameProblem(name: string): string | undefined {
  if (!NAME.test(name)) {
    return `tunnel name "${name}" is not valid: use 3 to 63 characters of a-z, 0-9 and "-", without "-" at the start or the end`;
  }
  return RESERVED_NAMES.has(name) ? `tunnel name "${name}" is reserved: choose another name` : undefined;
}

export const isTunnelName = (name: string): boolean => NAME.test(name);

const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * A tunnel id for an agent that asks for no name, in the form that old agents expect: 12 characters of a-z and 0-9.
 * @param random 0 ≤ x < 1
 */
export function randomTunnelId(random: () => number): string {
  return Array.from({ length: 12 }, () => ID_ALPHABET[Math.floor(random() * ID_ALPHABET.length)]).join('');
}

/** The URLs at which visitors reach a tunnel. */
export interface TunnelUrls {
  readonly publicUrl: string;
  readonly subdomainUrl?: string;
  readonly pathBasedUrl: string;
}

/**
 * @param visitorUrl where the HTTP API is reached, `https://abc.execute-api.eu-central-1.amazonaws.com`
 * @param domain the domain whose subdomains are tunnels; scheme and port are those of `visitorUrl`
 */
export function tunnelUrls(tunnelId: string, visitorUrl: URL, domain: string | undefined): TunnelUrls {
  const byPath = pathBasedUrl(tunnelId, visitorUrl);
  if (domain === undefined) return { publicUrl: byPath, pathBasedUrl: byPath };
  const port = visitorUrl.port && `:${visitorUrl.port}`;
  const subdomainUrl = `${visitorUrl.protocol}//${tunnelId}.${domain}${port}`;
  return { publicUrl: subdomainUrl, subdomainUrl, pathBasedUrl: byPath };
}

/** The URL of a tunnel below the address of a door. */
export const pathBasedUrl = (tunnelId: string, door: URL): string => new URL(`/${tunnelId}/`, door).href;
