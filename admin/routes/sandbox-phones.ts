import { Type } from 'typebox';
import { objectOrNull, setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { canSee, type Principal } from '../principal.ts';
import type { PbxBehaviour, SimulatedPbx } from '../sandbox-port.ts';
import { envelope, ID_OR_UUID, listEnvelope } from '../shapes.ts';
import { CALL_SUMMARY, callViewer } from '../views/call.ts';
import { toE164 } from './did-routing.ts';
import { testWorldOf } from './sandbox.ts';
import { findTrunk } from './sip-trunks.ts';

const TAG = 'Sandbox';
const BEHAVIOUR = setOf<PbxBehaviour>(
  { answer: true, busy: true, no_answer: true, reject: true },
  {
    description: 'answer: 180 and 200; busy: 486; no_answer: 180 and nothing more; reject: 603.',
  },
);
const PBX_PARAMS = Type.Object({ id: Type.String({ pattern: '^\\d{1,9}$' }) });
const NUMBER = Type.String({ minLength: 3, maxLength: 32 });

const PBX = Type.Object({
  id: Type.Integer(),
  trunk_id: Type.Integer(),
  trunk_uuid: Type.String(),
  username: Type.String(),
  realm: Type.String(),
  behaviour: BEHAVIOUR,
  registered: Type.Boolean(),
  register_status: Type.Integer({ description: 'The final SIP status of its REGISTER; 0: no answer.' }),
  rang: Type.Array(Type.String(), { description: 'The numbers that were called here, oldest first.' }),
  received: Type.Array(Type.Object({ from: Type.String(), body: Type.String() }), {
    description: 'Messages that were brought here, oldest first.',
  }),
});

/** Simulated PBXes and calls of a test world, over real SIP on the loopback interface. */
export function installSandboxPhones(define: DefineRoute, deps: AdminDeps): void {
  definePbxes(define, deps);
  definePbx(define, deps);
  defineCalls(define, deps);
}

function definePbxes(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/sandbox/pbx',
    tag: TAG,
    summary: 'Have a simulated PBX register on a trunk',
    scope: 'trunks:write',
    body: Type.Object(
      {
        trunk: ID_OR_UUID,
        behaviour: Type.Optional(BEHAVIOUR),
        password: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 128,
            description: "What it registers with. Default: the trunk's own.",
          }),
        ),
      },
      { additionalProperties: false },
    ),
    status: 201,
    response: envelope(PBX),
    handler: async ({ principal, body: { trunk, behaviour = 'answer', password } }) => {
      const { phones } = testWorldOf(deps);
      const { id: trunkId } = await findTrunk(deps, principal, trunk);
      return { data: pbxView(await phones.open({ trunkId, behaviour, password })) };
    },
  });
  define({
    method: 'GET',
    url: '/sandbox/pbx',
    tag: TAG,
    summary: 'List the simulated PBXes',
    scope: 'trunks:read',
    response: listEnvelope(PBX),
    handler: async ({ principal }) => {
      const data = visiblePbxes(deps, principal).map(pbxView);
      return { data, meta: { total: data.length, page: 1, per_page: data.length, next_cursor: null } };
    },
  });
}

function definePbx(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'PATCH',
    url: '/sandbox/pbx/:id',
    tag: TAG,
    summary: 'Have a simulated PBX meet calls in another way',
    scope: 'trunks:write',
    params: PBX_PARAMS,
    body: Type.Object({ behaviour: BEHAVIOUR }, { additionalProperties: false }),
    response: envelope(PBX),
    handler: async ({ principal, params, body }) => {
      const { id } = findPbx(deps, principal, params.id);
      return { data: pbxView(testWorldOf(deps).phones.change(id, body.behaviour)) };
    },
  });
  define({
    method: 'DELETE',
    url: '/sandbox/pbx/:id',
    tag: TAG,
    summary: 'Have a simulated PBX unregister',
    scope: 'trunks:write',
    params: PBX_PARAMS,
    response: envelope(Type.Object({ id: Type.Integer() })),
    handler: async ({ principal, params }) => {
      const { id } = findPbx(deps, principal, params.id);
      await testWorldOf(deps).phones.close(id);
      return { data: { id } };
    },
  });
}

function defineCalls(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/sandbox/calls',
    tag: TAG,
    summary: 'Place a call from the simulated carrier, or from a simulated PBX; answered when the call is over',
    scope: 'calls:write',
    body: Type.Object(
      {
        from: Type.Optional(NUMBER),
        to: NUMBER,
        pbx: Type.Optional(Type.Integer({ minimum: 1, description: 'A simulated PBX calls out.' })),
        talk_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000, description: 'Default 100.' })),
        patience_ms: Type.Optional(Type.Integer({ minimum: 100, maximum: 10_000, description: 'Default 3000.' })),
      },
      { additionalProperties: false },
    ),
    status: 201,
    response: envelope(
      Type.Object({
        status: Type.Integer({ description: 'The final SIP status; 487 when the caller gave up.' }),
        phrase: Type.String(),
        rang: Type.Array(Type.Integer(), { description: 'Simulated PBXes that rang, by id.' }),
        call: objectOrNull(CALL_SUMMARY),
      }),
    ),
    handler: async ({ principal, body: { from = '+15005550006', to, pbx, talk_ms = 100, patience_ms = 3000 } }) => {
      const { phones } = testWorldOf(deps);
      const pbxId = pbx === undefined ? undefined : findPbx(deps, principal, String(pbx)).id;
      const numbers = { from: toE164(from), to: toE164(to) };
      const { status, phrase, rang, call } = await phones.call({
        ...numbers,
        pbxId,
        talkMs: talk_ms,
        patienceMs: patience_ms,
      });
      const own = new Set(visiblePbxes(deps, principal).map(({ id }) => id));
      // A call for a number of nobody is of whoever has placed it.
      const isSeen = call !== undefined && (call.accountId === null || canSee(principal, call.accountId));
      const seen = isSeen ? (await callViewer(deps, principal, [call])).summary(call) : null;
      return { data: { status, phrase, rang: rang.filter((id) => own.has(id)), call: seen } };
    },
  });
}

/** A world has clients of its own, who see as little of each other as anywhere. */
function visiblePbxes(deps: AdminDeps, principal: Principal): readonly SimulatedPbx[] {
  return testWorldOf(deps)
    .phones.list()
    .filter(({ accountId }) => canSee(principal, accountId));
}

function findPbx(deps: AdminDeps, principal: Principal, id: string): SimulatedPbx {
  const pbx = visiblePbxes(deps, principal).find((one) => one.id === Number(id));
  if (pbx === undefined) throw notFound('simulated PBX');
  return pbx;
}

function pbxView(pbx: SimulatedPbx) {
  const { id, trunkId, trunkUuid, username, realm, behaviour, registerStatus, rang, received } = pbx;
  return {
    ...{ id, trunk_id: trunkId, trunk_uuid: trunkUuid, username, realm, behaviour, rang: [...rang] },
    received: [...received],
    registered: registerStatus === 200,
    register_status: registerStatus,
  };
}
