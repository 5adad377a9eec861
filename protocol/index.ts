export * from './body-ref';
export * from './headers';
export * from './limits';
export * from './messages';
export * from './self-references';
export * from './visitor-access';
