/** Media types that arrive as text. All others arrive as base64, including forms and a missing type. */
const TEXT = /^(text\/[^;]+|application\/(json|xml|javascript))$/;

/**
 * The body as an HTTP API event carries it. AWS does not list which types are text; ministackorg/ministack#766 tested this
 * on AWS. Text that is not UTF-8 becomes base64 too, so that no byte is lost; AWS's behaviour for such text is not known.
 */
export function eventBody(body: Buffer, contentType: string | undefined): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const text = TEXT.test(mediaType) ? asText(body) : undefined;
  return text === undefined ? { body: body.toString('base64'), isBase64Encoded: true } : { body: text, isBase64Encoded: false };
}

function asText(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}
