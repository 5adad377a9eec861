import { resourceRule } from '../rule';
import { REQUIRED_TAGS } from './tags-complete';

export const tagsKept = resourceRule({
  id: 'tags-kept',
  sentence: "No resource overrides the tags that everything has, or it is missing from its project's bill.",
  remedy: "Remove the key from the resource's tags: the provider sets it.",
  types: ['*'],
  check: (resource, { model: { defaultTags } }) => {
    const tags = resource.map('tags');
    return REQUIRED_TAGS.filter((key) => key in tags && tags[key] !== defaultTags[key]).map((key) => `it sets the tag ${key} itself`);
  },
});
