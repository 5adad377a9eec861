import { resourceRule } from '../rule';
import { statementsAt, type PolicyStatement } from '../terraform/policy-document';
import { policiesOf } from '../terraform/topic-policies';

export const topicPublishers = resourceRule({
  id: 'topic-publishers',
  publicIds: ['CKV_AWS_169'],
  sentence: 'Only named sources of this account may publish to a topic: otherwise anybody could send false alarms to the person on duty.',
  remedy: 'Allow a service only with the conditions aws:SourceAccount and aws:SourceArn; never allow every principal (*).',
  types: ['aws_sns_topic'],
  check: (topic, { model }) =>
    policiesOf(topic, model)
      .flatMap((holder) => statementsAt(holder, 'policy'))
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(problemsOf),
});

const problemsOf = ({ principals, conditions }: PolicyStatement): string[] =>
  principals.flatMap((principal) => {
    if (principal === '*' || principal === 'AWS:*') return ['allows everybody to publish'];
    if (!principal.startsWith('Service:')) return [];
    const keys = Object.keys(conditions).map((condition) => condition.split(' ')[1]);
    return ['aws:SourceAccount', 'aws:SourceArn']
      .filter((key) => !keys.includes(key))
      .map((key) => `allows ${principal.replace('Service:', '')} to publish without the condition ${key}`);
  });
