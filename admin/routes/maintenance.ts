import { chmod, stat } from 'node:fs/promises';
import { Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import { ApiError } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope } from '../shapes.ts';

const TAG = 'Maintenance';

/** Over the control socket alone: it writes files, which no request from outside may. */
export function installMaintenance(define: DefineRoute, deps: AdminDeps): void {
  if (deps.channel !== 'control') return;
  define({
    method: 'POST',
    url: '/maintenance/backup',
    tag: TAG,
    summary: 'Write a consistent copy of the database, while it is used',
    scope: 'operator',
    body: Type.Object(
      { file: Type.String({ minLength: 2, maxLength: 4096, pattern: '^/', description: 'Absolute path.' }) },
      { additionalProperties: false },
    ),
    response: envelope(Type.Object({ file: Type.String(), bytes: Type.Integer() })),
    handler: async ({ body: { file } }) => {
      await deps.store.backup(file).catch((cause: Error) => {
        throw new ApiError('validation_failed', `${file} cannot be written: ${cause.message}.`, { cause });
      });
      // Credentials are in it, sealed; still nobody else has business with it.
      await chmod(file, 0o600);
      return { data: { file, bytes: (await stat(file)).size } };
    },
  });
  define({
    method: 'POST',
    url: '/maintenance/reload',
    tag: TAG,
    summary: 'Publish what was changed by hand in SQL, at once',
    scope: 'operator',
    publishes: true,
    response: envelope(Type.Object({ status: Type.Literal('published') })),
    handler: async () => ({ data: { status: 'published' } }),
  });
}
