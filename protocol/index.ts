export * from './headers';
export * from './limits';
export * from './messages';
export * from './visitor-access';
