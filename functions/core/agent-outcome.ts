import { bodyRefOf, type ErrorMessage, type HttpResponseMessage } from '../../protocol';
import { isStored, responseBodyKey, type BodyStore } from './body-store';
import type { RequestOutcome, Response } from './pending-request';

/** A message with which an agent answers a request. */
export type AnswerMessage = HttpResponseMessage | (ErrorMessage & { readonly request_id: string });

export function outcomeOf(message: AnswerMessage): RequestOutcome {
  return message.type === 'error'
    ? { kind: 'failure', code: message.code, message: message.message }
    : {
        kind: 'response',
        statusCode: message.status_code,
        headers: message.headers,
        body: message.body_ref ?? Buffer.from(message.body, 'base64'),
      };
}

/** An answer whose body is not in the body store. */
export type InlineResponse = Omit<Response, 'body'> & { readonly body: Uint8Array };

export const isInline = (outcome: RequestOutcome): outcome is InlineResponse => outcome.kind === 'response' && !isStored(outcome.body);

export interface BodyStoring {
  readonly bodies: Pick<BodyStore, 'put'>;
  readonly observer: { bodyNotStored(error: unknown): void };
}

/** Puts the body of an answer into the body store. If that fails, the answer is returned unchanged, with its body. */
export async function withBodyStored(
  outcome: InlineResponse,
  requestId: string,
  { bodies, observer }: BodyStoring,
): Promise<RequestOutcome> {
  const ref = bodyRefOf(outcome.body);
  try {
    await bodies.put(responseBodyKey(requestId, ref), outcome.body, ref);
    return { ...outcome, body: ref };
  } catch (error) {
    // A body that came in a message fits a row as well. This costs more, but the answer is not lost.
    observer.bodyNotStored(error);
    return outcome;
  }
}
