import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Principal } from '../../emulator/services';
import { FORWARD_REQUEST, REGION } from './dynamodb-endpoint';

export interface CallOptions {
  readonly caller?: Principal;
  /** Replaces the body after it was signed. */
  readonly tamperedBody?: string;
  readonly contentType?: string;
  readonly region?: string;
}

export interface CallResult {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Sends one signed AWS JSON request, for services without an installed SDK client and for requests that an SDK would not send. */
export async function signedCall(
  url: string,
  service: string,
  target: string,
  input: unknown,
  { caller = FORWARD_REQUEST, tamperedBody, contentType = 'application/x-amz-json-1.0', region = REGION }: CallOptions = {},
): Promise<CallResult> {
  const { hostname, port } = new URL(url);
  const body = typeof input === 'string' ? input : JSON.stringify(input);
  const signer = new SignatureV4({ service, region, credentials: caller, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    headers: { host: `${hostname}:${port}`, 'content-type': contentType, 'x-amz-target': target },
    body,
  });
  const response = await fetch(url, { method: 'POST', headers, body: tamperedBody ?? body });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}
