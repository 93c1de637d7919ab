export type * from './directory-records.ts';
export type * from './events.ts';
