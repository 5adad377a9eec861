/**
 * Which names a token grants: exact names, families such as `team-a-*`, or `*` for every name. A family ends in `-*`, so
 * `team-a-*` does not grant `team-ab-…`. Any other grant with a star, and any malformed grant, grants nothing.
 */
export type NameGrants = readonly string[];

/** Reads the grants from a token's claim: an array of texts, or one text with spaces between the grants (as OAuth writes scopes). */
export function nameGrants(claim: unknown): NameGrants {
  const listed: unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return listed.filter((each): each is string => typeof each === 'string' && each !== '');
}

export function grantsName(grants: NameGrants, name: string): boolean {
  return grants.some((grant) => grant === '*' || grant === name || (grant.endsWith('-*') && isOfFamily(name, grant.slice(0, -1))));
}

/** @param prefix such as `team-a-`; in `name`, at least one character must follow it */
const isOfFamily = (name: string, prefix: string): boolean => name.startsWith(prefix) && name.length > prefix.length;

/**
 * Why a connection may lease its name. `granted`: the token grants the name, or the cloud has just chosen it. `held`: the token
 * does not grant the name, so only the owner who already holds it may lease it. This is how an agent comes back under a name that
 * the cloud chose.
 */
export type NameClaim = 'granted' | 'held';
