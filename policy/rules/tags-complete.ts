import type { StackRule } from '../rule';

/** The tags by which a bill is split. */
export const REQUIRED_TAGS = ['project', 'environment', 'owner'] as const;

export const tagsComplete: StackRule = {
  over: 'stack',
  id: 'tags-complete',
  sentence:
    'Every resource that supports tags has tags for project, environment and owner, so that costs and forgotten resources can be traced.',
  remedy: 'Set default_tags of the provider (tags in the environment); do not set these keys on a resource.',
  check: ({ defaultTags }) => REQUIRED_TAGS.filter((key) => !defaultTags[key]?.trim()).map((key) => `default_tags has no ${key}`),
};
