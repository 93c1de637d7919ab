import { type Static, Type } from 'typebox';
import type { BulkResource } from '../bulk/bulk-resource.ts';
import { type BulkRow, MOST_ROWS, readRows } from '../bulk/bulk-rows.ts';
import { BULK_RESOURCES } from '../bulk/resources.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError, fieldError, notFound } from '../errors.ts';
import { fingerprintOf, idempotencyKey } from '../http/idempotency.ts';
import type { Call, DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import type { Principal } from '../principal.ts';
import { envelope, ID_PARAMS, listEnvelope } from '../shapes.ts';
import type { BulkJobRow } from '../store-port.ts';
import { BULK_FAULT_SHAPE, BULK_JOB_SHAPE, bulkFaultView, bulkJobView } from '../views/bulk-job.ts';

const TAG = 'Bulk';
/** Largest request (bytes). */
const BODY_LIMIT = 16 * 1024 * 1024;
/** Rows at a time of an account that is not flagged for bulk operations (F-006). */
const ROWS_WITHOUT_FLAG = 100;
const MOST_FAULTS_SHOWN = 1000;

const OPTIONS = {
  action: Type.Optional(
    Type.Enum(['import', 'delete', 'regenerate'], {
      description: 'Default import. delete and regenerate (new passwords): trunks only.',
    }),
  ),
  dry_run: Type.Optional(Type.Boolean({ description: 'Try everything and roll back. Default false.' })),
  on_existing: Type.Optional(
    Type.Enum(['fail', 'skip', 'update'], { description: 'What is there already. Default fail.' }),
  ),
};

const WITH_FAULTS = Type.Object({
  ...BULK_JOB_SHAPE.properties,
  faults: Type.Array(BULK_FAULT_SHAPE, { description: `The first ${MOST_FAULTS_SHOWN}.` }),
});

const PASSWORD_SHAPE = Type.Object({
  row: Type.Integer(),
  trunk_id: Type.Integer(),
  uuid: Type.String(),
  name: Type.String(),
  realm: Type.String(),
  username: Type.String(),
  password: Type.String({ description: 'Told here and never again.' }),
});

/** Imports and other work on many rows, as jobs that are polled (F-006, F-124). */
export function installBulk(define: DefineRoute, deps: AdminDeps): void {
  for (const resource of Object.values(BULK_RESOURCES)) installResource(define, deps, resource);
}

function installResource(define: DefineRoute, deps: AdminDeps, resource: BulkResource): void {
  defineReads(define, deps, resource);
  const body = Type.Object(
    {
      ...OPTIONS,
      csv: Type.Optional(Type.String({ description: 'A CSV file with a header; or send it as text/csv.' })),
      rows: Type.Optional(
        Type.Array(Type.Object({}), { maxItems: MOST_ROWS, description: resource.columns.join(', ') }),
      ),
    },
    { additionalProperties: false },
  );
  define({
    method: 'POST',
    url: `/bulk/${resource.name}`,
    tag: TAG,
    summary: `Import many ${resource.name}, or work on many; answers 202 with the job's address in Location`,
    scope: resource.writeScope,
    query: Type.Object(OPTIONS, { additionalProperties: false }),
    body,
    bodyLimit: BODY_LIMIT,
    status: 202,
    resumes: true,
    response: envelope(BULK_JOB_SHAPE),
    handler: async (call) => {
      const job = await accept(deps, resource, call);
      call.reply.header('location', `/api/v1/bulk/${resource.name}/${job.id}`);
      return { data: bulkJobView(job, deps.bulkRunner?.liveCounts(job.id)) };
    },
  });
  if (!resource.actions.includes('regenerate')) return;
  define({
    method: 'POST',
    url: `/bulk/${resource.name}/:id/passwords`,
    tag: TAG,
    summary: 'The passwords that a job has made: once, and within a day after it has ended',
    scope: resource.writeScope,
    params: ID_PARAMS,
    response: envelope(Type.Array(PASSWORD_SHAPE)),
    handler: async ({ principal, params }) => {
      const job = await findJob(deps, principal, resource, params.id);
      if (job.finishedAtMs === null) throw new ApiError('conflict', 'The job has not ended yet; wait for it.');
      return { data: await passwordsOf(deps, principal, job) };
    },
  });
}

function defineReads(define: DefineRoute, deps: AdminDeps, resource: BulkResource): void {
  define({
    method: 'GET',
    url: `/bulk/${resource.name}`,
    tag: TAG,
    summary: `List bulk jobs on ${resource.name}`,
    scope: resource.readScope,
    query: Type.Object(sortedBy('created_at'), { additionalProperties: false }),
    response: listEnvelope(BULK_JOB_SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const found = await deps.store.bulk.list(principal.visible, page, { resource: resource.name });
      const { rows, meta } = paged(page, found);
      return { data: rows.map((job) => bulkJobView(job, deps.bulkRunner?.liveCounts(job.id))), meta };
    },
  });
  define({
    method: 'GET',
    url: `/bulk/${resource.name}/:id`,
    tag: TAG,
    summary: 'How far a bulk job is, and which rows are at fault',
    scope: resource.readScope,
    params: ID_PARAMS,
    response: envelope(WITH_FAULTS),
    handler: async ({ principal, params }) => {
      const job = await findJob(deps, principal, resource, params.id);
      const faults = await deps.store.bulk.faults(job.id, MOST_FAULTS_SHOWN);
      const view = bulkJobView(job, deps.bulkRunner?.liveCounts(job.id));
      return { data: { ...view, faults: faults.map(bulkFaultView) } };
    },
  });
}

interface Body extends Static<ReturnType<typeof optionsType>> {
  readonly csv?: string;
  readonly rows?: readonly object[];
}

const optionsType = () => Type.Object(OPTIONS);

/** The job of a request, stored and waiting; the same one again for the same Idempotency-Key, restart or not. */
async function accept(
  deps: AdminDeps,
  resource: BulkResource,
  { principal, query, body, request }: Pick<Call<unknown, Body, Body>, 'principal' | 'query' | 'body' | 'request'>,
): Promise<BulkJobRow> {
  const key = idempotencyKey(request) ?? null;
  const fingerprint = fingerprintOf(request);
  const earlier = key === null ? undefined : await deps.store.bulk.findByKey(principal.actor, key);
  if (earlier !== undefined) {
    if (earlier.fingerprint !== fingerprint) throw new ApiError('idempotency_mismatch');
    return earlier;
  }
  const options = { ...query, ...body };
  const action = options.action ?? 'import';
  if (!resource.actions.includes(action))
    throw fieldError('action', `there is ${resource.actions.join(', ')} for ${resource.name}, not ${action}`);
  const rows = readRows(resource.schema, body);
  await refuseMany(deps, principal, rows);
  const job = await deps.store.bulk.create({
    accountId: principal.accountId,
    actor: principal.actor,
    isOperator: principal.kind === 'operator',
    resource: resource.name,
    action,
    onExisting: options.on_existing ?? 'fail',
    dryRun: options.dry_run ?? false,
    idempotencyKey: key,
    fingerprint,
    total: rows.length,
    input: JSON.stringify(rows),
  });
  deps.bulkRunner?.enqueue(job);
  return job;
}

async function refuseMany(deps: AdminDeps, principal: Principal, rows: readonly BulkRow[]): Promise<void> {
  if (principal.kind === 'operator' || rows.length <= ROWS_WITHOUT_FLAG) return;
  const account =
    principal.homeAccountId === null ? undefined : await deps.store.accounts.find(principal.homeAccountId);
  if (account?.bulk === true) return;
  const words = `there are ${rows.length}; more than ${ROWS_WITHOUT_FLAG} at a time are for accounts flagged for bulk`;
  throw fieldError('rows', `${words} operations: ask the operator for the flag, or send fewer`);
}

async function findJob(
  deps: AdminDeps,
  principal: Principal,
  resource: BulkResource,
  ref: string,
): Promise<BulkJobRow> {
  const job = await deps.store.bulk.find(principal.visible, ref);
  if (job === undefined || job.resource !== resource.name) throw notFound('bulk job');
  return job;
}

async function passwordsOf(deps: AdminDeps, principal: Principal, job: BulkJobRow) {
  const passwords = await deps.store.bulk.takePasswords(principal.actor, job);
  const shown: Static<typeof PASSWORD_SHAPE>[] = [];
  for (const { rowNumber, trunkId, password } of passwords) {
    const trunk = await deps.store.trunks.find(principal.visible, trunkId);
    if (trunk === undefined) continue;
    const { uuid, name, realm, username } = trunk;
    shown.push({ row: rowNumber, trunk_id: trunkId, uuid, name, realm, username, password });
  }
  return shown;
}
