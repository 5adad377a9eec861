import { resourceRule, unless } from '../rule';

export const kmsKeyRotation = resourceRule({
  id: 'kms-key-rotation',
  publicIds: ['CKV_AWS_7'],
  sentence: 'Our own keys are rotated every year, so that a leaked key cannot decrypt all data for ever.',
  remedy: 'Set enable_key_rotation to true.',
  types: ['aws_kms_key'],
  check: (key) => {
    const symmetric = (key.optionalText('customer_master_key_spec') ?? 'SYMMETRIC_DEFAULT') === 'SYMMETRIC_DEFAULT';
    return unless(!symmetric || key.flag('enable_key_rotation'), 'enable_key_rotation is not true');
  },
});
