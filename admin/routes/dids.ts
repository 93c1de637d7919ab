import { Type } from 'typebox';
import { NUMBER_KIND } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { fieldError } from '../errors.ts';
import { checkIfMatch, setEtag } from '../http/etag.ts';
import type { DefineRoute } from '../http/route.ts';
import { COUNTRY, envelope, ID_OR_UUID, ID_PARAMS, NOTES, nullable } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';
import { DESTINATION_INPUT, NUMBER_SHAPE, numberView, parseDestination } from '../views/did.ts';
import { findDid, toE164 } from './did-routing.ts';
import { defineNumberReads } from './number-reads.ts';

const TAG = 'DIDs';

export const DID_COMMON = {
  country: Type.Optional(nullable(COUNTRY)),
  type: Type.Optional(nullable(NUMBER_KIND)),
  city: Type.Optional(nullable(Type.String({ maxLength: 120 }))),
  sms_enabled: Type.Optional(Type.Boolean()),
  notes: Type.Optional(NOTES),
};

const CREATE = Type.Object(
  {
    ...DID_COMMON,
    account_id: ID_OR_UUID,
    number: Type.String({ minLength: 5, maxLength: 32, description: 'E.164; of a block its first number.' }),
    block_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    destination: Type.Optional(nullable(DESTINATION_INPUT)),
  },
  { additionalProperties: false },
);

const UPDATE = Type.Object(
  { ...DID_COMMON, status: Type.Optional(Type.Enum(['active', 'suspended', 'pending_regulatory'])) },
  { additionalProperties: false, minProperties: 1 },
);

/** The operator's side of numbers: what carriers deliver here, and to whom it belongs. */
export function installDids(define: DefineRoute, deps: AdminDeps): void {
  const texts = { all: 'List numbers of every account', one: 'Show a number' };
  defineNumberReads(define, deps, { url: '/dids', tag: TAG, scope: 'operator', texts });
  define({
    method: 'POST',
    url: '/dids',
    tag: TAG,
    summary: 'Add a number or block that a carrier delivers',
    scope: 'operator',
    body: CREATE,
    status: 201,
    publishes: true,
    response: envelope(NUMBER_SHAPE),
    handler: async ({ principal, body, reply }) => {
      const account = await targetAccount(deps, principal, body.account_id);
      const did = await deps.store.dids.create(principal.actor, {
        accountId: account.id,
        number: toE164(body.number),
        blockSize: body.block_size,
        destination: destinationOf(body.destination),
        ...didFields(body),
      });
      setEtag(reply, did.version);
      return { data: numberView(did) };
    },
  });
  define({
    method: 'PATCH',
    url: '/dids/:id',
    tag: TAG,
    summary: 'Change a number',
    scope: 'operator',
    params: ID_PARAMS,
    body: UPDATE,
    publishes: true,
    response: envelope(NUMBER_SHAPE),
    handler: async ({ principal, params, body, request, reply }) => {
      const did = await findDid(deps, principal, params.id);
      checkIfMatch(request, did.version);
      const fields = { ...didFields(body), status: body.status };
      const changed = await deps.store.dids.update(principal.actor, did.id, fields);
      setEtag(reply, changed.version);
      return { data: numberView(changed) };
    },
  });
}

function destinationOf(given: Parameters<typeof parseDestination>[0] | null | undefined) {
  if (given === undefined || given === null) return given;
  const destination = parseDestination(given);
  if (destination === undefined) throw fieldError('destination', 'needs an id (of a trunk or group) or a uri');
  return destination;
}

type DidBody = {
  readonly country?: string | null;
  readonly type?: 'local' | 'national' | 'mobile' | 'toll_free' | null;
  readonly city?: string | null;
  readonly sms_enabled?: boolean;
  readonly notes?: string;
};

export function didFields(body: DidBody) {
  return {
    country: body.country,
    type: body.type,
    city: body.city,
    smsEnabled: body.sms_enabled,
    notes: body.notes,
  };
}
