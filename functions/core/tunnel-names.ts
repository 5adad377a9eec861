/**
 * Which names a token grants: exact names, families such as `team-a-*`, or `*` for every name. A family ends in `-*`, so that
 * `team-a-*` never reaches into `team-ab-…`; anything else with a star, or malformed, grants nothing.
 */
export type NameGrants = readonly string[];

/** Grants as a token's claim lists them: an array of texts, or one text with spaces between (as OAuth writes scopes). */
export function nameGrants(claim: unknown): NameGrants {
  const listed: unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return listed.filter((each): each is string => typeof each === 'string' && each !== '');
}

export function grantsName(grants: NameGrants, name: string): boolean {
  return grants.some((grant) => grant === '*' || grant === name || (grant.endsWith('-*') && isOfFamily(name, grant.slice(0, -1))));
}

/** @param prefix `team-a-`, after which something has to follow */
const isOfFamily = (name: string, prefix: string): boolean => name.startsWith(prefix) && name.length > prefix.length;

/**
 * How a connection may lease its name. `granted`: the token names it, or the cloud has just chosen it. `held`: the token does
 * not, so it is for the owner alone who holds it already, as an agent does that comes back under the name the cloud chose.
 */
export type NameClaim = 'granted' | 'held';
