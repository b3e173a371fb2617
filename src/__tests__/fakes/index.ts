export * from './clusters';
export * from './data';
export * from './notebooks';
export * from './preferences';
export * from './server';
export * from './translation';
export * from './panel';
