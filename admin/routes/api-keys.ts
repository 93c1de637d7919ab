import { type Static, Type } from 'typebox';
import { setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError, fieldError, notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import type { Principal } from '../principal.ts';
import { ROLES, SCOPE_WORDS, scopesBeyond } from '../scopes.ts';
import { envelope, ID_OR_UUID, ID_PARAMS, isoTime, listEnvelope, NAME, nullable } from '../shapes.ts';
import type { KeyRow } from '../store-port.ts';
import { targetAccount } from '../target-account.ts';
import { ACCOUNT_FILTER, accountFilter, searchBy } from './filters.ts';

const TAG = 'API keys';

const KEY_MODE = setOf<KeyRow['mode']>({ live: true, test: true });

const SHOWN = {
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: nullable(Type.Integer({ description: "null: an operator's key." })),
  name: Type.String(),
  prefix: Type.String(),
  mode: KEY_MODE,
  scopes: Type.Array(Type.String()),
  allowed_addresses: Type.Array(Type.String()),
  created_at: Type.String(),
  expires_at: nullable(Type.String()),
  last_used_at: nullable(Type.String()),
};

const CREATE = Type.Object(
  {
    name: NAME,
    scopes: Type.Optional(Type.Array(Type.Enum([...SCOPE_WORDS]), { minItems: 1, maxItems: 40 })),
    role: Type.Optional(Type.Enum(Object.keys(ROLES) as (keyof typeof ROLES)[])),
    account_id: Type.Optional(ID_OR_UUID),
    mode: Type.Optional(KEY_MODE),
    allowed_addresses: Type.Optional(Type.Array(Type.String({ minLength: 2, maxLength: 64 }), { maxItems: 50 })),
    expires_at: Type.Optional(Type.String({ maxLength: 40, description: 'RFC 3339.' })),
  },
  { additionalProperties: false },
);

/** Keys are shown once, stored hashed, and never give more than their maker holds (F-050, A24). */
export function installApiKeys(define: DefineRoute, deps: AdminDeps): void {
  defineReads(define, deps);
  defineRotate(define, deps);
  define({
    method: 'POST',
    url: '/api-keys',
    tag: TAG,
    summary: 'Make a key; it is shown here and never again',
    scope: 'admin',
    body: CREATE,
    status: 201,
    response: envelope(Type.Object({ ...SHOWN, key: Type.String() })),
    handler: async ({ principal, body }) => {
      const scopes = scopesOf(body);
      const beyond = scopesBeyond(principal.scopes, scopes);
      if (beyond.length > 0) throw new ApiError('insufficient_scope', `You do not hold ${beyond.join(', ')} yourself.`);
      const { key, secret } = await deps.store.keys.create(principal.actor, {
        accountId: await ownerOf(deps, principal, body.account_id),
        name: body.name,
        mode: body.mode ?? 'live',
        scopes,
        allowedAddresses: body.allowed_addresses ?? [],
        expiresAtMs: expiryOf(body.expires_at, deps.nowMs()),
      });
      return { data: { ...keyView(key), key: secret } };
    },
  });
  define({
    method: 'DELETE',
    url: '/api-keys/:id',
    tag: TAG,
    summary: 'Revoke a key at once',
    scope: 'admin',
    params: ID_PARAMS,
    response: envelope(Type.Object({ id: Type.Integer(), uuid: Type.String(), status: Type.Literal('revoked') })),
    handler: async ({ principal, params }) => {
      const { id, uuid } = await findKey(deps, principal, params.id);
      await deps.store.keys.revoke(principal.actor, id);
      return { data: { id, uuid, status: 'revoked' } };
    },
  });
}

function defineRotate(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/api-keys/:id/rotate',
    tag: TAG,
    summary: 'Make a successor with the same rights; the old key stays good for overlap_seconds',
    scope: 'admin',
    params: ID_PARAMS,
    body: Type.Object(
      { overlap_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 30 * 86_400, description: 'Default 0.' })) },
      { additionalProperties: false },
    ),
    status: 201,
    response: envelope(Type.Object({ ...SHOWN, key: Type.String(), replaces: Type.Integer() })),
    handler: async ({ principal, params, body }) => {
      const old = await findKey(deps, principal, params.id);
      const untilMs = deps.nowMs() + (body.overlap_seconds ?? 0) * 1000;
      const { key, secret } = await deps.store.keys.rotate(principal.actor, old.id, untilMs);
      return { data: { ...keyView(key), key: secret, replaces: old.id } };
    },
  });
}

/** The scopes named, or those of the role. */
function scopesOf(body: Static<typeof CREATE>): readonly string[] {
  if (body.scopes !== undefined && body.role !== undefined) throw fieldError('role', 'goes without scopes');
  if (body.role !== undefined) return ROLES[body.role];
  if (body.scopes === undefined) throw fieldError('scopes', 'is required (or role)');
  return body.scopes;
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/api-keys',
    tag: TAG,
    summary: 'List keys',
    scope: 'admin',
    query: Type.Object(
      { ...sortedBy('name', 'created_at'), ...ACCOUNT_FILTER, ...searchBy('Part of the name, or how the key begins.') },
      { additionalProperties: false },
    ),
    response: listEnvelope(Type.Object(SHOWN)),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const filter = { ...(await accountFilter(deps, principal, query.account_id)), search: query.search };
      const { rows, meta } = paged(page, await deps.store.keys.list(principal.visible, page, filter));
      return { data: rows.map(keyView), meta };
    },
  });
  define({
    method: 'GET',
    url: '/api-keys/:id',
    tag: TAG,
    summary: 'Show a key, without its secret',
    scope: 'admin',
    params: ID_PARAMS,
    response: envelope(Type.Object(SHOWN)),
    handler: async ({ principal, params }) => ({ data: keyView(await findKey(deps, principal, params.id)) }),
  });
}

async function findKey(deps: AdminDeps, principal: Principal, ref: string): Promise<KeyRow> {
  const key = await deps.store.keys.find(principal.visible, ref);
  if (key === undefined) throw notFound('API key');
  return key;
}

/** `null`, an operator's key, only when an operator names no account. */
export async function ownerOf(
  deps: AdminDeps,
  principal: Principal,
  named: number | string | undefined,
): Promise<number | null> {
  if (named === undefined && principal.accountId === null) return null;
  return (await targetAccount(deps, principal, named)).id;
}

function expiryOf(text: string | undefined, nowMs: number): number | null {
  if (text === undefined) return null;
  const ms = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw fieldError('expires_at', 'must be a time like 2027-01-31T00:00:00Z');
  if (ms <= nowMs) throw fieldError('expires_at', 'must be in the future');
  return ms;
}

function keyView(key: KeyRow) {
  return {
    id: key.id,
    uuid: key.uuid,
    account_id: key.accountId,
    name: key.name,
    prefix: key.prefix,
    mode: key.mode,
    scopes: key.scopes,
    allowed_addresses: key.allowedAddresses,
    created_at: isoTime(key.createdAtMs),
    expires_at: isoTime(key.expiresAtMs),
    last_used_at: isoTime(key.lastUsedAtMs),
  };
}
