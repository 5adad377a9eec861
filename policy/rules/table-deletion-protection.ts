import { DECLARED_TABLES } from '../declared-tables';
import { resourceRule, unless } from '../rule';

export const tableDeletionProtection = resourceRule({
  id: 'table-deletion-protection',
  sentence: 'If the environment requires it, a table whose data cannot be recreated has deletion protection, which stops a wrong plan.',
  remedy: 'Set deletionProtection to true in the environment.',
  types: ['aws_dynamodb_table'],
  check: (table, { expectations }) => {
    const asked = expectations.deletionProtection && (DECLARED_TABLES[table.name]?.protected ?? true);
    return unless(!asked || table.flag('deletion_protection_enabled'), 'deletion_protection_enabled is not true');
  },
});
