import { randomBytes } from 'node:crypto';

/** An id as API Gateway makes them for requests, messages and connections: `L0SM9cOFvHcCIhw=`, URL-safe but for the `=`. */
export const newRequestId = (): string => `${randomBytes(11).toString('base64url')}=`;
