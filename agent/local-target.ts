import { BlockList, isIP } from 'node:net';
import { AgentOptionError } from './errors';

/** The local service's address, fixed when the agent starts: nothing in a request can choose another. */
export interface LocalTarget {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Checks where requests will go. Visitors come from the internet, so a target beyond this machine would open the agent's network to them.
 * The user must allow such a target explicitly.
 * @throws AgentOptionError
 */
export function resolveTarget(target: { host?: string; port: number }, allowRemote: boolean): LocalTarget {
  const host = unbracketed(target.host ?? '127.0.0.1');
  if (!Number.isInteger(target.port) || target.port < 1 || target.port > 65_535) {
    throw new AgentOptionError(`port "${target.port}" is not a port: give a whole number from 1 to 65535`);
  }
  if (!/^[A-Za-z0-9._:%-]+$/.test(host)) {
    throw new AgentOptionError(`host "${host}" is neither a host name nor an address: give a host without scheme and port`);
  }
  if (!allowRemote && !isLoopback(host)) {
    throw new AgentOptionError(
      `host "${host}" is not this machine (127.0.0.0/8, ::1 or localhost), and visitors would reach it through the ` +
        'tunnel: pass --allow-remote-target (in the library allowRemoteTarget: true) if you want that',
    );
  }
  return { host, port: target.port };
}

/** `127.0.0.1:3000`, `[::1]:3000` */
export function formatTarget({ host, port }: LocalTarget): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whether a host is this machine, by its address or as `localhost`; other names are not looked up. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return LOOPBACK.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

export const unbracketed = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');
