import { randomBytes } from 'node:crypto';

/** Creates an id like API Gateway's for requests, messages and connections: `L0SM9cOFvHcCIhw=`. Only the `=` is not URL-safe. */
export const newRequestId = (): string => `${randomBytes(11).toString('base64url')}=`;
