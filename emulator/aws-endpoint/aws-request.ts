import type { AwsCall, AwsError, AwsReply } from '../services';
import type { SignatureDialect } from './signature-dialect';
import type { Verified } from './sigv4';
import type { SignedRequest } from './signed-request';

/** Finds out whose request it is. @throws AwsError in the dialect's words */
export type Verify = (request: SignedRequest, options: { readonly service: string; readonly dialect?: SignatureDialect }) => Verified;

/** A request as its protocol reads it, before anything of it is believed; and how that protocol words answers. */
export interface AwsRequest {
  /** As in IAM actions; undefined where the protocol knows no service for it. */
  readonly service: string | undefined;
  readonly operation: string;
  /** @throws AwsError for a signature that is not good, and for what cannot be read */
  readCall(body: Buffer, verify: Verify): Pick<AwsCall, 'caller' | 'input' | 'body'>;
  errorReply(error: AwsError): AwsReply;
  /** What AWS puts on an answer besides its body. */
  replyHeaders(reply: AwsReply): Record<string, string>;
}
