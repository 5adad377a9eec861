import { resourceRule } from '../rule';
import { statementsAt, type PolicyStatement } from '../terraform/policy-document';
import { policiesOf } from '../terraform/topic-policies';

export const topicPublishers = resourceRule({
  id: 'topic-publishers',
  publicIds: ['CKV_AWS_169'],
  sentence: 'Who may notify a topic is said: a service for named sources of this account alone, or anybody could page whoever is on duty.',
  remedy: 'Let a service in under aws:SourceAccount and aws:SourceArn; let nobody in by a star.',
  types: ['aws_sns_topic'],
  check: (topic, { model }) =>
    policiesOf(topic, model)
      .flatMap((holder) => statementsAt(holder, 'policy'))
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(problemsOf),
});

const problemsOf = ({ principals, conditions }: PolicyStatement): string[] =>
  principals.flatMap((principal) => {
    if (principal === '*' || principal === 'AWS:*') return ['lets everybody in'];
    if (!principal.startsWith('Service:')) return [];
    const keys = Object.keys(conditions).map((condition) => condition.split(' ')[1]);
    return ['aws:SourceAccount', 'aws:SourceArn']
      .filter((key) => !keys.includes(key))
      .map((key) => `lets ${principal.replace('Service:', '')} in without ${key}`);
  });
