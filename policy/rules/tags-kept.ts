import { resourceRule } from '../rule';
import { REQUIRED_TAGS } from './tags-complete';

export const tagsKept = resourceRule({
  id: 'tags-kept',
  sentence: "No resource overrides the provider's default tags: otherwise the resource is missing from the project's bill.",
  remedy: "Remove the key from the resource's tags: the provider sets it.",
  types: ['*'],
  check: (resource, { model: { defaultTags } }) => {
    const tags = resource.map('tags');
    return REQUIRED_TAGS.filter((key) => key in tags && tags[key] !== defaultTags[key]).map(
      (key) => `the resource sets the tag ${key} itself`,
    );
  },
});
