import type { InboundRequest } from '../auth/index.ts';
import { type Binding, fromRecord } from './binding.ts';
import { type RegisterContext, required } from './context.ts';
import { flatText } from './own-text.ts';
import type { ContactSpec } from './parse-contacts.ts';
import { splitValues } from './split-values.ts';

/** Writes one contact of a REGISTER into its binding, or into a new one. */
export function putBinding(context: RegisterContext, contact: ContactSpec, known: Binding | undefined): void {
  const { store, prober } = context.bindings;
  if (known === undefined) {
    const binding = makeBinding(context, contact);
    store.add(binding);
    store.persist(binding);
    prober?.start(binding);
    return;
  }
  const { contact: contactBefore, regId: regIdBefore } = known;
  const isPlain = isPlainRefresh(known, contact, context.request);
  store.update(known, (binding) => refresh(context, contact, binding));
  const hasKey = known.contact === contactBefore && known.regId === regIdBefore;
  if (!hasKey) store.forgetKey(known, contactBefore, regIdBefore);
  if (isPlain) store.persistTimes(known);
  else store.persist(known);
}

/** Nothing but times will change, and what is persisted of the binding is there (a silent one's is not). */
export function isPlainRefresh(binding: Binding, contact: ContactSpec, request: InboundRequest): boolean {
  return (
    binding.contact === contact.uri &&
    binding.contactParams === contact.params &&
    binding.callId === request.callId &&
    binding.liveness !== 'silent' &&
    isSameFlow(binding, request)
  );
}

/** Puts off the expiry of a live binding of which nothing else changes. */
export function renewBinding(context: RegisterContext, contact: ContactSpec, binding: Binding): void {
  const { request, nowMs, bindings } = context;
  bindings.nat.observe(binding, false, nowMs);
  binding.cseq = request.cseq;
  wake(binding);
  setTimes(context, contact, binding);
  bindings.store.renewed(binding);
}

/** Seconds granted: asked, defaulted and capped (RFC 3261 section 10.3 step 7). */
export function grantedSec(context: RegisterContext, contact: ContactSpec): number {
  const { defaultExpiresSec, maxExpiresSec } = context.options.config;
  const asked = contact.expiresSec ?? defaultExpiresSec;
  const cap = context.bindings.nat.capSec(context.request, contact, required(context.trunk, 'trunk').id);
  return Math.min(asked, maxExpiresSec, cap ?? Number.POSITIVE_INFINITY);
}

function makeBinding(context: RegisterContext, contact: ContactSpec): Binding {
  const { nowMs } = context;
  const trunk = required(context.trunk, 'trunk');
  return fromRecord(
    {
      trunkId: trunk.id,
      accountId: trunk.accountId,
      aor: flatText(`sip:${trunk.username}@${trunk.realm}`),
      ...contactFields(contact),
      ...flowFields(context),
      ...requestFields(context),
      registeredAtMs: nowMs,
      refreshedAtMs: nowMs,
      expiresAtMs: nowMs + grantedSec(context, contact) * 1000,
    },
    'fresh',
  );
}

function refresh(context: RegisterContext, contact: ContactSpec, binding: Binding): void {
  const { request, nowMs, bindings } = context;
  const hasMoved = !isSameFlow(binding, request);
  const isAnew = hasMoved || binding.callId !== request.callId || isBack(context, binding);
  // Another address is another line, another Call-ID a restart: neither says anything about the NAT.
  if (binding.callId === request.callId && binding.sourceAddress === request.sourceAddress) {
    bindings.nat.observe(binding, hasMoved, nowMs);
  }
  if (binding.contact !== contact.uri || binding.contactParams !== contact.params) {
    Object.assign(binding, contactFields(contact), { toldSec: 0 });
  }
  if (hasMoved) Object.assign(binding, flowFields(context));
  if (isAnew) {
    Object.assign(binding, requestFields(context), { registeredAtMs: nowMs, order: bindings.store.nextOrder() });
    binding.liveness = 'fresh';
  } else {
    binding.cseq = request.cseq;
    wake(binding);
  }
  setTimes(context, contact, binding);
}

/** A PBX that registers is there, whatever was thought of it; its probes start over. */
function wake(binding: Binding): void {
  if (binding.liveness !== 'alive' && binding.liveness !== 'unprobeable') binding.liveness = 'fresh';
}

function setTimes(context: RegisterContext, contact: ContactSpec, binding: Binding): void {
  binding.misses = 0;
  binding.refreshedAtMs = context.nowMs;
  binding.expiresAtMs = context.nowMs + grantedSec(context, contact) * 1000;
}

/** Its place was given to another; where the oldest goes, it comes back as the newest. */
function isBack(context: RegisterContext, binding: Binding): boolean {
  return binding.liveness === 'doubtful' && context.trunk?.contactPolicy !== 'reject';
}

function contactFields(contact: ContactSpec) {
  return {
    contact: flatText(contact.uri),
    contactParams: flatText(contact.params),
    instance: contact.instance === null ? null : flatText(contact.instance),
    regId: contact.regId,
    q: contact.q,
  };
}

function flowFields({ request, bindings }: RegisterContext) {
  return {
    transport: request.transport,
    sourceAddress: request.sourceAddress,
    sourcePort: request.sourcePort,
    localAddress: bindings.texts.share(request.localAddress),
    localPort: request.localPort,
    flowId: flatText(request.flowId),
  };
}

function requestFields({ request, bindings }: RegisterContext) {
  return {
    callId: flatText(request.callId),
    cseq: request.cseq,
    // RFC 3327 section 5.3: stored with the binding, in order.
    path: pathOf(request),
    userAgent: bindings.texts.share(request.header('user-agent') ?? ''),
  };
}

const NO_PATH: readonly string[] = Object.freeze([]);

function pathOf(request: InboundRequest): readonly string[] {
  const lines = request.headerLines('path');
  return lines.length === 0 ? NO_PATH : lines.flatMap(splitValues).map(flatText);
}

function isSameFlow(binding: Binding, request: InboundRequest): boolean {
  return (
    binding.sourcePort === request.sourcePort &&
    binding.sourceAddress === request.sourceAddress &&
    binding.transport === request.transport &&
    // The last, since it is put together for who asks.
    binding.flowId === request.flowId
  );
}
