import type { AwsCall, AwsError, AwsReply } from '../services';
import type { SignatureDialect } from './signature-dialect';
import type { Verified } from './sigv4';
import type { SignedRequest } from './signed-request';

/** Verifies the signature of a request and finds its caller. @throws AwsError in the format of the dialect */
export type Verify = (request: SignedRequest, options: { readonly service: string; readonly dialect?: SignatureDialect }) => Verified;

/** A request as its protocol reads it, before the signature is verified, and the protocol's format for answers. */
export interface AwsRequest {
  /** Service prefix as in IAM actions; undefined when the protocol knows no service for the request. */
  readonly service: string | undefined;
  readonly operation: string;
  /** @throws AwsError for an invalid signature or an unreadable request */
  readCall(body: Buffer, verify: Verify): Pick<AwsCall, 'caller' | 'input' | 'body'>;
  errorReply(error: AwsError): AwsReply;
  /** The headers that AWS adds to an answer. */
  replyHeaders(reply: AwsReply): Record<string, string>;
}
