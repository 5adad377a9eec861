/** What each table keeps and for how long, decided table by table; a table that is not here has to meet the strictest. */
export interface DeclaredTable {
  /** Point-in-time recovery: 35 days of everything that was ever in it. */
  readonly recovery: boolean;
  /** Attribute whose time removes a row; null: rows stay. */
  readonly expiry: string | null;
  /** Whether it refuses to be deleted where the environment asks for that. */
  readonly protected: boolean;
  readonly because: string;
}

/** By the resource's name. */
export const DECLARED_TABLES: Readonly<Record<string, DeclaredTable>> = {
  tunnels: {
    recovery: true,
    expiry: null,
    protected: true,
    because: 'it holds names and their owners, which nobody can make again; leases end by rule, not by removal',
  },
  'pending-requests': {
    recovery: false,
    expiry: 'expiresAt',
    protected: false,
    because: "it holds visitors' bodies for seconds; recovery would keep them for 35 days",
  },
};
