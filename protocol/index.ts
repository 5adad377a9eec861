export * from './addresses';
export * from './body-ref';
export * from './gateway-error';
export * from './headers';
export * from './limits';
export * from './messages';
export * from './self-references';
export * from './visitor-access';
