import type { CloudUnderTest } from './tunnel';

/** One of the addresses under which visitors reach the tunnel `demo`. */
export interface Address {
  /** Scheme, host and port to connect to. */
  readonly url: string;
  /** The Host that visitors ask for, with its port. */
  readonly host: string;
  /** Before each path. */
  readonly prefix: string;
}

/** Every kind of address that a tunnel can have on the local cloud. */
export const ADDRESS_FORMS = ['a host of its own', 'a path prefix', 'a pinned port'] as const;

export async function addressesOf({ cloud, visitorUrl }: CloudUnderTest): Promise<Record<(typeof ADDRESS_FORMS)[number], Address>> {
  const { host, port } = new URL(visitorUrl);
  const pin = (await cloud.services.edge.listen(0, '127.0.0.1', { domainName: 'demo.localhost' })).port;
  return {
    'a host of its own': { url: visitorUrl, host: `demo.localhost:${port}`, prefix: '' },
    'a path prefix': { url: visitorUrl, host, prefix: '/demo' },
    'a pinned port': { url: `http://127.0.0.1:${pin}`, host: `127.0.0.1:${pin}`, prefix: '' },
  };
}
