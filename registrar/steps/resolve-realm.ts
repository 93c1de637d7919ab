import { addressUri, parseSipUri } from '../../auth/index.ts';
import type { Rejection } from '../../telemetry/index.ts';
import type { RegisterContext } from '../context.ts';

/** Domain = realm = tenant: read from the Request-URI, or from To when that holds only an address (F-031, A12). */
export function resolveRealm(context: RegisterContext): Rejection | undefined {
  const { request } = context;
  const target = parseSipUri(request.uri);
  if (target === undefined) return badRequest(`Cannot read the Request-URI ${request.uri}.`);
  context.warnRealm = target.host;
  const to = parseSipUri(addressUri(request.header('to') ?? ''));
  if (to === undefined) return badRequest(`Cannot read the To header ${request.header('to') ?? '(none)'}.`);
  const resolution = context.options.auth.realms.resolveBoth(target.host, to.host);
  if (resolution.realm === undefined) return resolution.rejection;
  context.to = to;
  context.realm = resolution.realm;
  context.warnRealm = resolution.realm.realm;
  return undefined;
}

function badRequest(sentence: string): Rejection {
  return { status: 400, reason: 'bad_request', sentence };
}
