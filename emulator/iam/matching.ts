/** How IAM compares patterns with names. `*` is any text, also none, `?` any one character. */

/** IAM's StringLike. */
export const wildcardMatches = (pattern: string, text: string): boolean =>
  new RegExp(`^${escaped(pattern).replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);

/**
 * IAM's ArnLike: each of the six parts is compared by itself, so that a wildcard does not reach into the next one.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function arnMatches(pattern: string, arn: string): boolean {
  const [patterns, parts] = [arnParts(pattern), arnParts(arn)];
  return patterns.length === parts.length && patterns.every((each, index) => wildcardMatches(each, parts[index] ?? ''));
}

/** Actions have no case: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html */
export const actionMatches = (pattern: string, action: string): boolean => wildcardMatches(pattern.toLowerCase(), action.toLowerCase());

/**
 * The element Resource: wildcards stay within the parts that colons separate, but a `*` at the end of a part reaches beyond;
 * parts that are missing at the end are `*`.
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

/** Ready for a regular expression, but for the wildcards. */
const escaped = (pattern: string): string => pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');

/** The sixth part, the resource, keeps its own colons. */
function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}
