/**
 * Header fields of every answer of the console, its event stream included. The page may load nothing from other origins and nothing
 * inline; frames, forms and plugins are forbidden. No page of another origin may load an answer, not even as an image.
 */
export const RESPONSE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;
