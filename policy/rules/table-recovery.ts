import { DECLARED_TABLES } from '../declared-tables';
import { resourceRule, unless } from '../rule';

export const tableRecovery = resourceRule({
  id: 'table-recovery',
  publicIds: ['CKV_AWS_28'],
  sentence: 'A table has point-in-time recovery if its data cannot be recreated, but no recovery if its data must not be kept.',
  remedy: 'Set pointInTimeRecovery as policy/declared-tables.ts says, or change that file.',
  types: ['aws_dynamodb_table'],
  check: (table) => {
    const { recovery, because } = DECLARED_TABLES[table.name] ?? {
      recovery: true,
      because: 'the table is not in policy/declared-tables.ts',
    };
    return unless(
      table.flag('point_in_time_recovery.enabled') === recovery,
      `point_in_time_recovery.enabled must be ${recovery}: ${because}`,
    );
  },
});
