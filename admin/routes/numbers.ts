import { Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import { checkIfMatch } from '../http/etag.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope, ID_PARAMS } from '../shapes.ts';
import { findDid } from './did-routing.ts';
import { defineNumberReads } from './number-reads.ts';

const TAG = 'Numbers';

/** A tenant's own numbers (A25). */
export function installNumbers(define: DefineRoute, deps: AdminDeps): void {
  const texts = { all: 'List own numbers', one: 'Show a number' };
  defineNumberReads(define, deps, { url: '/numbers', tag: TAG, scope: 'numbers:read', texts });
  define({
    method: 'DELETE',
    url: '/numbers/:id',
    tag: TAG,
    summary: 'Release a number; calls to it are refused at once',
    scope: 'numbers:write',
    params: ID_PARAMS,
    publishes: true,
    response: envelope(Type.Object({ id: Type.Integer(), number: Type.String(), status: Type.Literal('released') })),
    handler: async ({ principal, params, request }) => {
      const did = await findDid(deps, principal, params.id);
      checkIfMatch(request, did.version);
      await deps.store.dids.release(principal.actor, did.id);
      return { data: { id: did.id, number: did.number, status: 'released' } };
    },
  });
}
