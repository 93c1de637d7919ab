import { Type } from 'typebox';
import type { DigestAlgorithm } from '../../bus/index.ts';
import { DELETED, setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { checkOwnership, needsCheck, verificationRecord } from '../domain-check.ts';
import { notFound } from '../errors.ts';
import { checkIfMatch, setEtag } from '../http/etag.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import type { Principal } from '../principal.ts';
import { envelope, ID_OR_UUID, ID_PARAMS, isoTime, listEnvelope, nullable } from '../shapes.ts';
import type { DomainRow } from '../store-port.ts';
import { targetAccount } from '../target-account.ts';
import { ACCOUNT_FILTER, accountFilter, searchBy } from './filters.ts';

const TAG = 'SIP domains';

const ALGORITHM = setOf<DigestAlgorithm>({ MD5: true, 'SHA-256': true, 'SHA-512-256': true });
const ALGORITHMS = Type.Array(ALGORITHM, { minItems: 1, maxItems: 3 });

const CREATE = Type.Object(
  {
    domain: Type.String({ minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9][A-Za-z0-9.-]*$' }),
    account_id: Type.Optional(ID_OR_UUID),
    digest_algorithms: Type.Optional(ALGORITHMS),
  },
  { additionalProperties: false },
);

const SHAPE = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: Type.Integer(),
  domain: Type.String(),
  digest_algorithms: nullable(Type.Array(ALGORITHM, { description: 'null: what the platform offers.' })),
  verified_at: nullable(Type.String({ description: 'null: nobody has shown yet that it is theirs.' })),
  verification: Type.Object(
    { type: Type.String(), name: Type.String(), value: Type.String() },
    { description: 'The DNS record that shows it.' },
  ),
  created_at: Type.String(),
  updated_at: Type.String(),
});

/** Own and vanity domains; each is a digest realm (F-030, F-031). */
export function installSipDomains(define: DefineRoute, deps: AdminDeps): void {
  defineOne(define, deps);
  defineVerify(define, deps);
  define({
    method: 'GET',
    url: '/sip-domains',
    tag: TAG,
    summary: 'List SIP domains',
    scope: 'accounts:read',
    query: Type.Object(
      { ...sortedBy('domain', 'created_at'), ...ACCOUNT_FILTER, ...searchBy('Part of the domain.') },
      { additionalProperties: false },
    ),
    response: listEnvelope(SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const filter = { ...(await accountFilter(deps, principal, query.account_id)), search: query.search };
      const { rows, meta } = paged(page, await deps.store.domains.list(principal.visible, page, filter));
      return { data: rows.map(domainView), meta };
    },
  });
  define({
    method: 'POST',
    url: '/sip-domains',
    tag: TAG,
    summary: 'Add a SIP domain; where ownership is checked, trunks can use it after POST …/verify, else at once',
    scope: 'accounts:write',
    body: CREATE,
    status: 201,
    publishes: true,
    response: envelope(SHAPE),
    handler: async ({ principal, body, reply }) => {
      const account = await targetAccount(deps, principal, body.account_id);
      const domain = await deps.store.domains.create(principal.actor, {
        accountId: account.id,
        domain: body.domain.toLowerCase(),
        algorithms: body.digest_algorithms,
        verifiedAtMs: needsCheck(deps, principal, body.domain.toLowerCase()) ? null : deps.nowMs(),
      });
      setEtag(reply, domain.version);
      return { data: domainView(domain) };
    },
  });
  define({
    method: 'DELETE',
    url: '/sip-domains/:id',
    tag: TAG,
    summary: 'Remove a SIP domain that no trunk uses',
    scope: 'accounts:write',
    params: ID_PARAMS,
    publishes: true,
    response: envelope(DELETED),
    handler: async ({ principal, params }) => {
      const domain = await findDomain(deps, principal, params.id);
      await deps.store.domains.remove(principal.actor, domain.id);
      return { data: { id: domain.id, uuid: domain.uuid, status: 'deleted' } };
    },
  });
}

function defineOne(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/sip-domains/:id',
    tag: TAG,
    summary: 'Show a SIP domain',
    scope: 'accounts:read',
    params: ID_PARAMS,
    response: envelope(SHAPE),
    handler: async ({ principal, params, reply }) => {
      const domain = await findDomain(deps, principal, params.id);
      setEtag(reply, domain.version);
      return { data: domainView(domain) };
    },
  });
  define({
    method: 'PATCH',
    url: '/sip-domains/:id',
    tag: TAG,
    summary: 'Change which digests a SIP domain offers, and in which order',
    scope: 'accounts:write',
    params: ID_PARAMS,
    body: Type.Object({ digest_algorithms: nullable(ALGORITHMS) }, { additionalProperties: false }),
    publishes: true,
    response: envelope(SHAPE),
    handler: async ({ principal, params, body, request, reply }) => {
      const domain = await findDomain(deps, principal, params.id);
      checkIfMatch(request, domain.version);
      const changed = await deps.store.domains.update(principal.actor, domain.id, body.digest_algorithms);
      setEtag(reply, changed.version);
      return { data: domainView(changed) };
    },
  });
}

function defineVerify(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/sip-domains/:id/verify',
    tag: TAG,
    summary: 'Look up the DNS record that shows whose the domain is',
    scope: 'accounts:write',
    params: ID_PARAMS,
    response: envelope(SHAPE),
    handler: async ({ principal, params, reply }) => {
      const domain = await findDomain(deps, principal, params.id);
      if (needsCheck(deps, principal, domain.domain)) await checkOwnership(deps, domain);
      const verified = await deps.store.domains.markVerified(principal.actor, domain.id, deps.nowMs());
      setEtag(reply, verified.version);
      return { data: domainView(verified) };
    },
  });
}

async function findDomain(deps: AdminDeps, principal: Principal, ref: string): Promise<DomainRow> {
  const domain = await deps.store.domains.find(principal.visible, ref);
  if (domain === undefined) throw notFound('SIP domain');
  return domain;
}

function domainView(domain: DomainRow) {
  return {
    id: domain.id,
    uuid: domain.uuid,
    account_id: domain.accountId,
    domain: domain.domain,
    digest_algorithms: domain.algorithms,
    verified_at: isoTime(domain.verifiedAtMs),
    verification: verificationRecord(domain),
    created_at: isoTime(domain.createdAtMs),
    updated_at: isoTime(domain.updatedAtMs),
  };
}
