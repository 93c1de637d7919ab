import { Type } from 'typebox';
import {
  CALL_TESTS_SCHEMA,
  type CallTestReport,
  type CaseReport,
  type ObservedPlace,
  type ReplayReport,
} from '../../routing/index.ts';
import { CALL_DIRECTION, objectOrNull, orNull, REASON, RESULT, setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { fieldError } from '../errors.ts';
import { carrierHider } from '../hide-carriers.ts';
import type { DefineRoute } from '../http/route.ts';
import type { Principal } from '../principal.ts';
import { envelope, isoTime, nullable } from '../shapes.ts';
import { FILE_FIELDS, FILE_LIMIT_BYTES, optionsOf } from './tenant-files.ts';

const TAG = 'Call tests';

const TESTS = Type.String({ maxLength: 4 * 1024 * 1024, description: 'YAML: didfarm call tests.' });
const NAME = Type.Optional(Type.String({ maxLength: 255, description: 'For messages: the name of the file.' }));

const STEP_SHAPE = Type.Object({ step: Type.String(), saw: Type.String(), decided: Type.String() });

const PLACE_SHAPE = Type.Object({
  kind: setOf<ObservedPlace['kind']>({ trunk: true, carrier: true, uri: true }),
  name: Type.String(),
  account: nullable(Type.String()),
  uuid: nullable(Type.String()),
  targets: Type.Array(Type.String()),
});

const GOT_SHAPE = Type.Object({
  result: RESULT,
  reason: REASON,
  status: Type.Integer({ description: '200 when it would ring.' }),
  places: Type.Array(PLACE_SHAPE, { description: 'In the order they are tried.' }),
  caller_id: nullable(Type.String()),
  called: nullable(Type.String()),
  direction: orNull(CALL_DIRECTION),
  emergency: Type.Boolean(),
});

const CASE_SHAPE = Type.Object({
  name: Type.String(),
  line: Type.Integer(),
  column: Type.Integer(),
  state: setOf<CaseReport['state']>({ passed: true, failed: true, skipped: true }),
  mismatches: Type.Array(Type.Object({ field: Type.String(), expected: Type.String(), got: Type.String() })),
  got: objectOrNull(GOT_SHAPE),
  decided: nullable(STEP_SHAPE),
  sentence: Type.String(),
  remedy: Type.String(),
  steps: Type.Array(STEP_SHAPE),
  callers: Type.Array(Type.Object({ trunk: nullable(Type.String()), source: Type.String() }), {
    description: 'Who calls, those of given.calls first.',
  }),
  given_places: Type.Array(PLACE_SHAPE, { description: 'Where the calls of given.calls may go.' }),
});

const REPORT = {
  passed: Type.Integer(),
  failed: Type.Integer(),
  skipped: Type.Integer(),
  cases: Type.Array(CASE_SHAPE),
};

const RANGE = {
  hours: Type.Optional(
    Type.Number({ minimum: 0.001, maximum: 24 * 400, description: 'The last so many. Default 24.' }),
  ),
  from: Type.Optional(Type.String({ maxLength: 40, description: 'A time (RFC 3339), in the place of hours.' })),
  to: Type.Optional(Type.String({ maxLength: 40, description: 'Default now.' })),
  limit: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'So many are listed; all are counted. Default 1000.' }),
  ),
};

const CHANGE_SHAPE = Type.Object({
  call: Type.String({ description: 'The uuid of the call.' }),
  started_at: Type.String(),
  from: Type.String(),
  to: Type.String(),
  recorded: nullable(Type.String({ description: 'The reason that it ended with then.' })),
  before: Type.String(),
  after: Type.String(),
  why: Type.String({ description: 'The step that decides otherwise.' }),
});

const REPLAY_SHAPE = Type.Object({
  plan: Type.String(),
  from: Type.String(),
  to: Type.String(),
  replayed: Type.Integer(),
  same: Type.Integer(),
  different: Type.Integer(),
  left_out: Type.Integer({ description: 'Their record does not say who called.' }),
  recorded_otherwise: Type.Integer({ description: 'They were refused, or let in, otherwise than today.' }),
  kinds: Type.Array(Type.Object({ before: Type.String(), after: Type.String(), calls: Type.Integer() })),
  changes: Type.Array(CHANGE_SHAPE),
});

/** What would become of calls: tests that a tenant keeps, and the calls of the past with another tenant file. */
export function installCallTests(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/routing/tests',
    tag: TAG,
    summary: 'Run call tests with the tenants as they are, without placing a call',
    scope: 'routing:read',
    body: Type.Object({ tests: TESTS, name: NAME }, { additionalProperties: false }),
    bodyLimit: FILE_LIMIT_BYTES,
    response: envelope(Type.Object(REPORT)),
    handler: async ({ principal, body }) => {
      const tests = { text: body.tests, name: body.name ?? 'tests' };
      const { hide } = await carrierHider(deps, principal);
      return { data: hide(reportView(await deps.store.rehearsals.test(principal, tests))) };
    },
  });
  define({
    method: 'GET',
    url: '/routing/tests/schema',
    tag: TAG,
    summary: 'The JSON Schema of call tests, for editors',
    scope: 'any',
    response: Type.Unknown(),
    handler: async () => CALL_TESTS_SCHEMA,
  });
  defineCandidates(define, deps);
}

function defineCandidates(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/tenant-files/test',
    tag: TAG,
    summary: 'Run call tests with what a tenant file would make of the tenants; nothing is applied',
    scope: 'admin',
    body: Type.Object({ ...FILE_FIELDS, tests: TESTS, tests_name: NAME }, { additionalProperties: false }),
    bodyLimit: FILE_LIMIT_BYTES,
    response: envelope(Type.Object({ plan: Type.String(), ...REPORT })),
    handler: async ({ principal, body }) => {
      const tests = { text: body.tests, name: body.tests_name ?? 'tests' };
      const file = candidateOf(deps, principal, body);
      const { plan, report } = await deps.store.rehearsals.testCandidate(principal, tests, file);
      const { hide } = await carrierHider(deps, principal);
      return { data: { plan: plan.text, ...hide(reportView(report)) } };
    },
  });
  define({
    method: 'POST',
    url: '/tenant-files/replay',
    tag: TAG,
    summary: 'Which recorded calls would end otherwise with a tenant file; nothing is applied',
    scope: 'admin',
    body: Type.Object({ ...FILE_FIELDS, ...RANGE }, { additionalProperties: false }),
    bodyLimit: FILE_LIMIT_BYTES,
    response: envelope(REPLAY_SHAPE),
    handler: async ({ principal, body }) => {
      const range = { ...rangeOf(deps, body), most: body.limit ?? 1000 };
      const file = candidateOf(deps, principal, body);
      const { plan, report } = await deps.store.rehearsals.replay(principal, file, range);
      const times = { from: isoTime(range.fromMs), to: isoTime(range.toMs) };
      const { hide } = await carrierHider(deps, principal);
      return { data: { plan: plan.text, ...times, ...hide(replayView(report)) } };
    },
  });
}

interface FileBody {
  readonly yaml: string;
  readonly name?: string;
  readonly secrets?: Readonly<Record<string, string>>;
}

function candidateOf(deps: AdminDeps, principal: Principal, { yaml, name = 'file', secrets }: FileBody) {
  return { yaml, name, options: optionsOf(deps, principal, secrets) };
}

const HOUR_MS = 3_600_000;

function rangeOf(
  deps: AdminDeps,
  { hours, from, to }: { readonly hours?: number; readonly from?: string; readonly to?: string },
) {
  if (hours !== undefined && from !== undefined) throw fieldError('hours', 'goes without from');
  const toMs = to === undefined ? deps.nowMs() + 1 : timeOf('to', to);
  const fromMs = from === undefined ? toMs - Math.round((hours ?? 24) * HOUR_MS) : timeOf('from', from);
  if (fromMs >= toMs) throw fieldError('from', 'must be before to');
  return { fromMs, toMs };
}

function timeOf(field: string, text: string): number {
  const atMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) throw fieldError(field, 'must be a time such as 2026-11-21T19:00:00Z');
  return atMs;
}

/** What serialising may not reach: the report's lists are read-only. */
function reportView({ passed, failed, skipped, cases }: CallTestReport) {
  return { passed, failed, skipped, cases: cases.map((one) => ({ ...one })) };
}

function replayView({ changes, kinds, ...counts }: ReplayReport) {
  return {
    ...counts,
    kinds: kinds.map((kind) => ({ ...kind })),
    changes: changes.map(({ call, before, after, why }) => ({
      call: call.uuid,
      started_at: isoTime(call.startedAtMs),
      from: call.from,
      to: call.to,
      recorded: call.reason,
      before,
      after,
      why,
    })),
  };
}
