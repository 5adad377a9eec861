/** What each table keeps and for how long. A table that is not listed must meet the strictest settings. */
export interface DeclaredTable {
  /** Point-in-time recovery, which keeps everything that was in the table for 35 days. */
  readonly recovery: boolean;
  /** The TTL attribute, whose time removes a row; null: rows stay. */
  readonly expiry: string | null;
  /** Whether the table has deletion protection in environments that require it. */
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
