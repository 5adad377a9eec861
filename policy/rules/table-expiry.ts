import { DECLARED_TABLES } from '../declared-tables';
import { resourceRule } from '../rule';

export const tableExpiry = resourceRule({
  id: 'table-expiry',
  sentence:
    "A table's rows expire by the attribute that policy/declared-tables.ts names, or never: TTL removes rows that a crash left behind.",
  remedy: 'Set ttl as policy/declared-tables.ts says, or change that file.',
  types: ['aws_dynamodb_table'],
  check: (table) => {
    const declared = DECLARED_TABLES[table.name];
    if (!declared) return ['policy/declared-tables.ts does not say when the rows of this table expire'];
    const expiry = table.flag('ttl.enabled') ? (table.optionalText('ttl.attribute_name') ?? null) : null;
    if (expiry === declared.expiry) return [];
    return [`rows expire by ${expiry ?? 'no attribute'}, but must expire by ${declared.expiry ?? 'no attribute'}: ${declared.because}`];
  },
});
