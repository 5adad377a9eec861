/** How IAM compares patterns with names. `*` is any text or none, `?` is exactly one character. */

/** IAM's StringLike. */
export const wildcardMatches = (pattern: string, text: string): boolean =>
  new RegExp(`^${escaped(pattern).replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);

/**
 * IAM's ArnLike: each of the six parts is compared separately, so a wildcard does not match across a colon into the next part.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function arnMatches(pattern: string, arn: string): boolean {
  const [patterns, parts] = [arnParts(pattern), arnParts(arn)];
  return patterns.length === parts.length && patterns.every((each, index) => wildcardMatches(each, parts[index] ?? ''));
}

/** Actions are not case-sensitive: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html */
export const actionMatches = (pattern: string, action: string): boolean => wildcardMatches(pattern.toLowerCase(), action.toLowerCase());

/**
 * The element Resource: a wildcard matches within one part between colons, but a `*` at the end of a part also matches later parts.
 * Missing parts at the end count as `*`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function resourceMatches(pattern: string, resource: string): boolean {
  const missing = ARN_PARTS - pattern.split(':').length;
  const whole = pattern === '*' ? pattern : pattern + ':*'.repeat(Math.max(0, missing));
  const source = escaped(whole).replace(/(\*)(?=:|$)|[*?]/g, (wildcard, last?: string) =>
    last ? '.*' : wildcard === '*' ? '[^:]*' : '[^:]',
  );
  return new RegExp(`^${source}$`, 's').test(resource);
}

/** `arn:partition:service:region:account:resource` */
const ARN_PARTS = 6;

/** Escapes all special characters of regular expressions except the wildcards. */
const escaped = (pattern: string): string => pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');

/** The sixth part, the resource, keeps its own colons. */
function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}
