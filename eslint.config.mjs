import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Imports that a folder must not make, as patterns (or one regular expression) and a sentence each: the directions between the layers. */
function only(files, forbidden) {
  return {
    files,
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: forbidden.map(([pattern, message]) => (Array.isArray(pattern) ? { group: pattern, message } : { regex: pattern, message })) },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ['node_modules/', 'cdktf.out/', 'dist/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 450 }],
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  only(['functions/**'], [
    [['cdktf', 'cdktf/**', '@cdktf/**', 'constructs', '**/modules/**', '**/local/**', '**/agent/**'],
      'functions are run-time code: no synth, no local cloud, no agent.'],
  ]),
  only(['functions/core/**'], [
    [['**/aws/**', '@aws-*', '@aws-*/**', '@smithy/**', 'ws', 'node:*', 'cdktf', 'cdktf/**'],
      'core holds rules only and imports nothing but protocol: pass clock, randomness and services in.'],
  ]),
  only(['modules/**', 'environments/**', 'main.ts'], [
    [['**/functions/*/**', '**/local/**', '**/agent/**'], 'modules know functions by asset path and shared tables only.'],
    ['^@cdktf/provider-aws$', 'the barrel costs seconds: import provider classes by their deep paths.'],
  ]),
  only(['agent/**'], [
    [['**/functions/**', '**/modules/**', '**/local/**', '@aws-*', '@aws-*/**', 'cdktf'], 'the agent imports protocol and itself.'],
  ]),
  only(['policy/**'], [
    [['cdktf', 'cdktf/**', '@cdktf/**', 'constructs', '**/functions/**', '**/local/**', '**/agent/**'],
      'policy reads Terraform as JSON, and takes data from environments/ and modules/addresses.ts alone.'],
  ]),
  only(['rollout/**'], [
    [['cdktf', 'cdktf/**', '@cdktf/**', 'constructs', '**/agent/**', '**/functions/*/handler', '**/local/**', '!**/local/running-cloud'],
      "rollout knows the item's rules and table, the tables of names, and where a local cloud runs; nothing else of them."],
  ]),
  only(['protocol/**'], [
    [['**/functions/**', '**/modules/**', '**/local/**', '**/agent/**', '@aws-*', '@aws-*/**'], 'protocol imports nothing of ours.'],
  ]),
  {
    // jest's asymmetric matchers are typed `any`.
    files: ['tests/**'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.js'], rules: { '@typescript-eslint/no-require-imports': 'off' }, languageOptions: { globals: { module: 'writable', process: 'readonly', __dirname: 'readonly', require: 'readonly' } } },
);
