const NAME = /^(?:localhost|(?:[\w-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d*)?$/i;

/**
 * Whether a Host stands for this machine: `localhost`, `*.localhost` (RFC 6761 section 6.3), an address of 127.0.0.0/8, or `[::1]`,
 * with or without a port. The ports of the local cloud refuse every other Host: a page on the internet can let its own name resolve to
 * 127.0.0.1 (DNS rebinding), and would then read the answers as those of its own server.
 */
export const isLoopbackHost = (host: string | undefined): boolean => host !== undefined && NAME.test(host);

/** Tells which Hosts the local cloud serves. */
export const FOREIGN_HOST = 'the local cloud serves only localhost, *.localhost, 127.0.0.1 and [::1]: use one of these as host';
