import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Static, TObject, TSchema } from 'typebox';
import { ApiError } from '../errors.ts';
import type { StoredAnswer } from '../idempotency-store-port.ts';
import { type Principal, requireOperator, requireScope } from '../principal.ts';
import type { Scope } from '../scopes.ts';
import { fingerprintOf, type IdempotencyGate, idempotencyKey } from './idempotency.ts';
import { FAULTS } from './openapi.ts';
import { readForm, type UploadLimits } from './upload.ts';

/** What a handler works on: everything checked, the caller known. */
export interface Call<P, Q, B> {
  readonly principal: Principal;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface RouteSpec<P extends TObject, Q extends TObject, B extends TSchema> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Under `/api/v1`. */
  readonly url: string;
  readonly tag: string;
  readonly summary: string;
  /** `operator`: operator keys and the control socket only. `any`: every valid key. */
  readonly scope: Scope | 'operator' | 'any';
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly response: TSchema;
  /** Largest body (bytes). @default 1 MiB */
  readonly bodyLimit?: number;
  /** Takes a form with files as well as JSON. @default JSON only */
  readonly upload?: UploadLimits;
  /** @default 200 */
  readonly status?: 200 | 201 | 202;
  /** The write changes what SIP reads: answer when every SIP thread has it. @default false */
  readonly publishes?: boolean;
  /** It keeps the Idempotency-Key with what it writes: done again it goes on where it was. @default false */
  readonly resumes?: boolean;
  handler(call: Call<Static<P>, Static<Q>, Static<B>>): Promise<unknown>;
}

/** What every route needs of the outside. */
export interface RouteDeps {
  /** `undefined`: somebody else answers the request. */
  authenticate(request: FastifyRequest, reply: FastifyReply): Promise<Principal | undefined>;
  publish(): Promise<void>;
  readonly idempotency: IdempotencyGate;
}

export type DefineRoute = <P extends TObject, Q extends TObject, B extends TSchema>(spec: RouteSpec<P, Q, B>) => void;

/** The one way a route comes to be: authenticated, limited, scoped, checked, repeatable, published. */
export function createDefineRoute(app: FastifyInstance, deps: RouteDeps): DefineRoute {
  const principals = new WeakMap<FastifyRequest, Principal>();
  return (spec) => {
    const isWrite = spec.method !== 'GET';
    const options: RouteOptions = {
      method: spec.method,
      url: spec.url,
      schema: schemaOf(spec as unknown as AnySpec),
      ...(spec.bodyLimit === undefined ? {} : { bodyLimit: spec.bodyLimit }),
      onRequest: async (request, reply) => {
        const principal = await deps.authenticate(request, reply);
        if (principal === undefined) return;
        if (spec.scope === 'operator') requireOperator(principal);
        else if (spec.scope !== 'any') requireScope(principal, spec.scope);
        if (isWrite && principal.suspended) throw new ApiError('account_suspended');
        principals.set(request, principal);
      },
      preValidation: async (request) => {
        if (!request.isMultipart()) return;
        if (spec.upload === undefined) throw new ApiError('unsupported_media', 'This takes JSON, not a form.');
        request.body = await readForm(request, spec.upload);
      },
      handler: async (request, reply) => {
        const principal = principals.get(request);
        if (principal === undefined) throw new ApiError('missing_api_key');
        const run = () => answer(spec as unknown as AnySpec, principal, request, reply);
        const stored = isWrite ? await once(deps, spec.resumes === true, principal, request, reply, run) : await run();
        if (spec.publishes === true) await publish(deps);
        return reply.code(stored.status).send(stored.body);
      },
    };
    app.route(options);
  };
}

type AnySpec = RouteSpec<TObject, TObject, TSchema>;

function schemaOf(spec: AnySpec): Record<string, unknown> {
  return {
    tags: [spec.tag],
    summary: spec.summary,
    description: SCOPE_TEXTS[spec.scope] ?? `Needs the scope ${spec.scope}.`,
    ...(spec.params === undefined ? {} : { params: spec.params }),
    querystring: spec.query ?? EMPTY_QUERY,
    ...(spec.body === undefined ? {} : { body: spec.body }),
    ...(spec.upload === undefined ? {} : { consumes: ['application/json', 'multipart/form-data'] }),
    response: { [spec.status ?? 200]: spec.response, ...FAULTS },
  };
}

const SCOPE_TEXTS: Readonly<Record<string, string>> = {
  any: 'Every valid key may do this.',
  operator: 'Only the operator may do this.',
};

const EMPTY_QUERY = { type: 'object', properties: {}, additionalProperties: false };

async function answer(
  spec: AnySpec,
  principal: Principal,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<StoredAnswer> {
  const { params, query, body } = request;
  const result = await spec.handler({ principal, params, query, body: body ?? {}, request, reply } as never);
  return { status: spec.status ?? 200, body: result };
}

async function publish(deps: RouteDeps): Promise<void> {
  try {
    await deps.publish();
  } catch (cause) {
    throw new ApiError('sip_unavailable', 'The change is stored, but the SIP side has not confirmed it.', { cause });
  }
}

/** Runs a write, or repeats what the same write was answered before. */
async function once(
  { idempotency }: RouteDeps,
  resumes: boolean,
  principal: Principal,
  request: FastifyRequest,
  reply: FastifyReply,
  run: () => Promise<StoredAnswer>,
): Promise<StoredAnswer> {
  const key = idempotencyKey(request);
  if (key === undefined) return run();
  const write = { scope: `${principal.actor} ${key}`, fingerprint: fingerprintOf(request), resumes };
  const { answer, isReplayed } = await idempotency.once(write, run);
  if (isReplayed) reply.header('idempotency-replayed', 'true');
  return answer;
}
