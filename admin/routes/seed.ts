import { Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import { ApiError } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope } from '../shapes.ts';

const FILE = Type.Optional(
  Type.String({ minLength: 1, maxLength: 4096, pattern: '^/', description: 'Absolute path.' }),
);

const SEED = Type.Object(
  { trunks: Type.Integer({ minimum: 1, maximum: 1_000_000 }), csv: FILE, dids: FILE },
  { additionalProperties: false },
);

const SEEDED_SHAPE = Type.Object({
  account_id: Type.Integer(),
  trunks: Type.Integer(),
  first: Type.String(),
  last: Type.String(),
});

/** Trunks for load tests. Over the control socket alone: it writes files, which no request from outside may. */
export function installSeed(define: DefineRoute, deps: AdminDeps): void {
  if (deps.channel !== 'control') return;
  define({
    method: 'POST',
    url: '/seed',
    tag: 'Load tests',
    summary: 'Make trunks in the account Bench, with a number each',
    scope: 'operator',
    body: SEED,
    status: 201,
    publishes: true,
    response: envelope(SEEDED_SHAPE),
    handler: async ({ body }) => {
      const files = { csv: body.csv, dids: body.dids };
      const { accountId, trunks, first, last } = await deps.store.seed(body.trunks, files).catch(refuseBadPath);
      return { data: { account_id: accountId, trunks, first, last } };
    },
  });
}

/** A folder that is not there, or may not be written: nothing was made. */
function refuseBadPath(error: NodeJS.ErrnoException): never {
  if (error.path === undefined) throw error;
  throw new ApiError('validation_failed', `${error.path} cannot be written (${error.code}).`, { cause: error });
}
