import { type Static, Type } from 'typebox';
import type { ExplainQuery } from '../../routing/index.ts';
import { REASON, RESULT } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { notFound } from '../errors.ts';
import { carrierHider } from '../hide-carriers.ts';
import type { DefineRoute } from '../http/route.ts';
import type { Principal } from '../principal.ts';
import { envelope, nullable } from '../shapes.ts';
import type { TrunkRow } from '../store-port.ts';
import { registrationView } from '../views/registration.ts';
import { TRUNK_STATUS } from '../views/trunk.ts';
import { toE164 } from './did-routing.ts';
import { explainedRegistrationsOf, findTrunk } from './sip-trunks.ts';

const TAG = 'Explain';

const EXPLAIN_QUERY = Type.Object(
  {
    from: Type.String({ minLength: 1, maxLength: 120 }),
    to: Type.String({ minLength: 1, maxLength: 120 }),
    source: Type.Optional(
      Type.String({ minLength: 2, maxLength: 64, description: 'Source address; default a carrier.' }),
    ),
    trunk: Type.Optional(
      Type.String({ maxLength: 64, description: 'The trunk that calls out: integer id, uuid or name.' }),
    ),
  },
  { additionalProperties: false },
);

const EXPLANATION = {
  result: RESULT,
  reason: REASON,
  sentence: Type.String(),
  remedy: Type.String(),
  steps: Type.Array(Type.Object({ step: Type.String(), saw: Type.String(), decided: Type.String() })),
};

/** The answer is `didfarm explain --json`; `data` repeats it for clients that unwrap every answer. */
const EXPLANATION_SHAPE = Type.Object({ ...EXPLANATION, data: Type.Object(EXPLANATION) });

const IDENTITY_QUERY = Type.Object(
  { username: Type.String({ minLength: 1, maxLength: 64 }), realm: Type.String({ minLength: 1, maxLength: 253 }) },
  { additionalProperties: false },
);

const IDENTITY_SHAPE = Type.Object({
  account_id: Type.Integer(),
  trunk_id: Type.Integer(),
  trunk_uuid: Type.String(),
  username: Type.String(),
  realm: Type.String(),
  status: TRUNK_STATUS,
  allowed: Type.Boolean({ description: 'Whether it may authenticate with its password now.' }),
  reason: nullable(Type.String({ description: 'Why not.' })),
});

/** What would become of a call, and who an identity is: the contracts of S2:24-25, read-only (A30). */
export function installExplain(define: DefineRoute, deps: AdminDeps): void {
  for (const url of ['/routing/explain', '/route']) {
    define({
      method: 'GET',
      url,
      tag: TAG,
      summary: 'Run a call through the real routing steps without placing it',
      scope: 'routing:read',
      query: EXPLAIN_QUERY,
      response: EXPLANATION_SHAPE,
      handler: async ({ principal, query }) => {
        const args = await explainArgs(deps, principal, query);
        const { accountIds, ...told } = await deps.sip.request('explain', args);
        // A dial plan or an address may have led to somebody else than what was asked for seemed to say.
        if (accountIds.some((id) => principal.visible?.has(id) === false)) throw notFound('number');
        const { hide } = await carrierHider(deps, principal);
        const explanation = hide({ ...told, remedy: await adviceOf(deps, principal, query.to, told) });
        return { ...explanation, data: explanation };
      },
    });
  }
  define({
    method: 'GET',
    url: '/auth',
    tag: TAG,
    summary: 'Tell which account a user name of a realm belongs to',
    scope: 'trunks:read',
    query: IDENTITY_QUERY,
    response: envelope(IDENTITY_SHAPE),
    handler: async ({ principal, query }) => {
      const trunk = await deps.store.trunks.findByIdentity(
        principal.visible,
        query.username,
        query.realm.toLowerCase(),
      );
      if (trunk === undefined) throw notFound('identity');
      const { accountId, id, uuid, username, realm, status } = trunk;
      const reason = await refusalOf(deps, trunk);
      const owner = { account_id: accountId, trunk_id: id, trunk_uuid: uuid };
      return { data: { ...owner, username, realm, status, allowed: reason === null, reason } };
    },
  });
}

/** Where the PBX of the number is missing: what it sent last and what to do, instead of where to look for that. */
async function adviceOf(
  deps: AdminDeps,
  principal: Principal,
  number: string,
  { reason, remedy }: { readonly reason: string; readonly remedy: string },
): Promise<string> {
  if (reason !== 'trunk_offline') return remedy;
  const did = await deps.store.dids.findByNumber(principal.visible, toE164(number));
  if (did?.destination?.kind !== 'trunk') return remedy;
  const id = did.destination.trunkId;
  const why = registrationView((await explainedRegistrationsOf(deps, [{ id }])).get(id));
  return why.sentence === null || why.remedy === null ? remedy : `${why.sentence} ${why.remedy}`;
}

/** Why the identity may not authenticate, by the reasons that a REGISTER would be refused with. */
async function refusalOf(deps: AdminDeps, trunk: TrunkRow): Promise<string | null> {
  if (trunk.status === 'suspended' || trunk.status === 'deleted') return 'trunk_suspended';
  const chain = await deps.store.accounts.chain(trunk.accountId);
  if (chain.some((account) => account.status !== 'active')) return 'account_suspended';
  return trunk.authType === 'ip' ? 'auth_type_mismatch' : null;
}

/**
 * A tenant may ask about calls to its own numbers and from its own trunks. A number of somebody else gives
 * the same 404 as one that nobody has, so that nothing is learnt of other tenants.
 */
async function explainArgs(
  deps: AdminDeps,
  principal: Principal,
  query: Static<typeof EXPLAIN_QUERY>,
): Promise<ExplainQuery> {
  const trunk = query.trunk === undefined ? undefined : await namedTrunk(deps, principal, query.trunk);
  if (principal.visible !== null) await refuseForeignNumber(deps, principal, query.to, trunk === undefined);
  return {
    from: query.from,
    to: query.to,
    ...(query.source === undefined ? {} : { source: query.source }),
    ...(trunk === undefined ? {} : { trunk: trunk.uuid }),
  };
}

/** People say the name of a trunk; it must be the only one of that name. */
async function namedTrunk(deps: AdminDeps, principal: Principal, ref: string): Promise<TrunkRow> {
  const { rows } = await deps.store.trunks.list(principal.visible, { afterId: 0, offset: 0, limit: 2 }, { name: ref });
  const [only, second] = rows;
  return only !== undefined && second === undefined ? only : findTrunk(deps, principal, ref);
}

async function refuseForeignNumber(deps: AdminDeps, principal: Principal, to: string, inbound: boolean): Promise<void> {
  const number = toE164(to);
  if ((await deps.store.dids.findByNumber(principal.visible, number)) !== undefined) return;
  if (inbound || (await deps.store.dids.findByNumber(null, number)) !== undefined) throw notFound('number');
}
