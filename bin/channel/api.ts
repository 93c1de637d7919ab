import type { ApiOperations } from '../../admin/index.ts';

/** What a call of the API answers under `data`: the types are made of the API itself. */
export type Answer<K extends keyof ApiOperations> = ApiOperations[K]['response'] extends { readonly data: infer D }
  ? D
  : never;

/** One thing of a list that the API answers. */
export type Row<K extends keyof ApiOperations> = Answer<K> extends readonly (infer R)[] ? R : never;
