import { DECLARED_TABLES } from '../declared-tables';
import { resourceRule } from '../rule';

export const tableExpiry = resourceRule({
  id: 'table-expiry',
  sentence: "A table's rows expire by the attribute that was decided, or not at all: TTL is the last net under what a crash leaves.",
  remedy: 'Set ttl as policy/declared-tables.ts says, or decide anew there.',
  types: ['aws_dynamodb_table'],
  check: (table) => {
    const declared = DECLARED_TABLES[table.name];
    if (!declared) return ['how long its rows live is not written in policy/declared-tables.ts'];
    const expiry = table.flag('ttl.enabled') ? (table.text('ttl.attribute_name') ?? null) : null;
    if (expiry === declared.expiry) return [];
    return [`rows expire by ${expiry ?? 'nothing'}, declared is ${declared.expiry ?? 'nothing'}: ${declared.because}`];
  },
});
