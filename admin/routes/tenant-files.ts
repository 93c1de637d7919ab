import { Type } from 'typebox';
import { type Change, type PlanOptions, TENANT_SCHEMA, type TenantPlan } from '../../tenancy/index.ts';
import { setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { checksDomains } from '../domain-check.ts';
import { notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import type { Principal } from '../principal.ts';
import { envelope, isoTime, nullable } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';
import type { TenantFileProgress } from '../tenant-file-port.ts';

const TAG = 'Tenant files';
/** A hundred thousand trunks fit. */
export const FILE_LIMIT_BYTES = 16 * 1024 * 1024;

/** A tenant file, as requests carry it. */
export const FILE_FIELDS = {
  yaml: Type.String(),
  name: Type.Optional(Type.String({ maxLength: 255, description: 'For messages: the name of the file.' })),
  secrets: Type.Optional(
    Type.Record(Type.String(), Type.String({ maxLength: 1024 }), {
      description: 'What env:NAME and file:PATH in the file stand for. Nothing is read on the server.',
    }),
  ),
};

const FILE = Type.Object(FILE_FIELDS, { additionalProperties: false });

const CHANGE_SHAPE = Type.Object({
  action: setOf<Change['action']>({ create: true, update: true, delete: true }),
  resource: setOf<Change['resource']>({
    account: true,
    sip_domain: true,
    trunk: true,
    trunk_group: true,
    did: true,
    carrier: true,
    routing_policy: true,
    record_stream: true,
  }),
  account: Type.String(),
  name: Type.String(),
  id: Type.Integer(),
  fields: Type.Array(Type.Object({ field: Type.String(), from: Type.Unknown(), to: Type.Unknown() })),
});

const PLAN = {
  text: Type.String({ description: '`no changes` when nothing would change.' }),
  changes: Type.Array(CHANGE_SHAPE),
  effects: Type.Object({ unregistered: Type.Integer(), rerouted: Type.Integer() }),
};

const CREDENTIALS_SHAPE = Type.Object({
  account: Type.String(),
  trunk: Type.String(),
  uuid: Type.String(),
  realm: Type.String(),
  username: Type.String(),
  password: Type.String({ description: 'Told here and never again.' }),
});

const PROGRESS_SHAPE = Type.Object({
  work: setOf<TenantFileProgress['work']>({ plan: true, apply: true }),
  done: Type.Integer(),
  total: Type.Integer({ description: 'Trunks and numbers in the file.' }),
});

const APPLIED_SHAPE = Type.Object({
  yaml: Type.String(),
  name: Type.String(),
  actor: Type.String(),
  changes: Type.Integer(),
  applied_at: Type.String(),
});

/** Tenants as code: what a file would change, changing it, and the file that says what there is. */
export function installTenantFiles(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/tenant-files/plan',
    tag: TAG,
    summary: 'What a tenant file would change',
    scope: 'admin',
    body: FILE,
    bodyLimit: FILE_LIMIT_BYTES,
    response: envelope(Type.Object(PLAN)),
    handler: async ({ principal, body }) => ({
      data: planView(
        await deps.store.tenantFiles.plan(body.yaml, body.name ?? 'file', optionsOf(deps, principal, body.secrets)),
      ),
    }),
  });
  define({
    method: 'POST',
    url: '/tenant-files/apply',
    tag: TAG,
    summary: 'Do what a tenant file says, all or nothing',
    scope: 'admin',
    body: FILE,
    bodyLimit: FILE_LIMIT_BYTES,
    publishes: true,
    response: envelope(Type.Object({ ...PLAN, credentials: Type.Array(CREDENTIALS_SHAPE) })),
    handler: async ({ principal, body }) => ({
      data: planView(
        await deps.store.tenantFiles.apply(body.yaml, body.name ?? 'file', optionsOf(deps, principal, body.secrets)),
      ),
    }),
  });
  defineReads(define, deps);
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/tenant-files/progress',
    tag: TAG,
    summary: 'How far the plan or apply is that this caller has under way; null when there is none',
    scope: 'admin',
    response: envelope(nullable(PROGRESS_SHAPE)),
    handler: async ({ principal }) => ({ data: deps.store.tenantFiles.progress(principal.actor) ?? null }),
  });
  define({
    method: 'GET',
    url: '/tenant-files/export',
    tag: TAG,
    summary: 'The tenant file that says what there is, without secrets',
    scope: 'admin',
    query: Type.Object({ account: Type.Optional(Type.String({ maxLength: 64 })) }, { additionalProperties: false }),
    response: envelope(Type.Object({ yaml: Type.String() })),
    handler: async ({ principal, query }) => {
      const account = query.account === undefined ? undefined : await targetAccount(deps, principal, query.account);
      return { data: { yaml: await deps.store.tenantFiles.export(principal.visible, account?.id) } };
    },
  });
  define({
    method: 'GET',
    url: '/tenant-files/applied',
    tag: TAG,
    summary: 'The file that was applied last, or so many applies before',
    scope: 'admin',
    query: Type.Object(
      { back: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, description: '0: the last. Default 0.' })) },
      { additionalProperties: false },
    ),
    response: envelope(APPLIED_SHAPE),
    handler: async ({ principal, query }) => {
      const file = await deps.store.tenantFiles.applied(principal.accountId, query.back ?? 0);
      if (file === undefined) throw notFound('applied file');
      const { yaml, name, actor, changes, atMs } = file;
      return { data: { yaml, name, actor, changes, applied_at: isoTime(atMs) } };
    },
  });
  define({
    method: 'GET',
    url: '/tenant-files/schema',
    tag: TAG,
    summary: 'The JSON Schema of tenant files, for editors',
    scope: 'any',
    response: Type.Unknown(),
    handler: async () => TENANT_SCHEMA,
  });
}

/** A field that was not there is `null` in JSON. */
function planView<P extends TenantPlan>(plan: P) {
  const changes = plan.changes.map((change) => ({
    ...change,
    fields: change.fields.map(({ field, from, to }) => ({ field, from: from ?? null, to: to ?? null })),
  }));
  return { ...plan, changes };
}

/** Whose file it is, and what its references to secrets stand for. */
export function optionsOf(
  deps: AdminDeps,
  principal: Principal,
  secrets: Readonly<Record<string, string>> = {},
): PlanOptions {
  return {
    visible: principal.visible,
    actor: principal.actor,
    accountId: principal.accountId,
    checksDomains: checksDomains(deps, principal),
    resolveSecret: ({ env, file }) => {
      const name = env === undefined ? `file:${file}` : `env:${env}`;
      return Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    },
  };
}
