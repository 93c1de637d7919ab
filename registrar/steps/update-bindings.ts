import type { Rejection } from '../../telemetry/index.ts';
import { type RegisterContext, required } from '../context.ts';
import { refreshPlainly } from '../plain-refresh.ts';
import { planUpdate, type UpdatePlan } from '../plan-update.ts';
import { putBinding } from '../put-binding.ts';

/** Changes the bindings of the trunk, all or nothing (RFC 3261 section 10.3, step 7). */
export function updateBindings(context: RegisterContext): Rejection | undefined {
  if (refreshPlainly(context)) {
    context.reason = 'refreshed';
    return undefined;
  }
  const { contacts, request, bindings, nowMs } = context;
  const trunk = required(context.trunk, 'trunk');
  for (const binding of bindings.store.all(trunk.id)) {
    if (binding.expiresAtMs <= nowMs) bindings.store.remove(binding, 'expired');
  }
  if (contacts.kind === 'fetch' || contacts.kind === 'bad') {
    context.reason = 'fetched';
    return undefined;
  }
  const existing = bindings.store.all(trunk.id);
  const newer = existing.find((binding) => binding.callId === request.callId && binding.cseq >= request.cseq);
  if (newer !== undefined) {
    const sentence = `CSeq ${request.cseq} is not above ${newer.cseq}, the last one of this Call-ID.`;
    return { status: 500, reason: 'stale_cseq', sentence };
  }
  if (contacts.kind === 'remove_all') {
    for (const binding of existing) bindings.store.remove(binding, 'unregistered');
    context.reason = 'unregistered';
    return undefined;
  }
  const plan = planUpdate(existing, {
    callId: request.callId,
    sourceAddress: request.sourceAddress,
    contacts: contacts.contacts,
    trunk,
    isFlowOpen: (flowId) => bindings.isFlowOpen(flowId),
    canProbe: bindings.prober !== undefined,
    isAsked: (binding) => bindings.doubts.isAsked(binding),
  });
  if (plan.isOverLimit) {
    const sentence = `${trunk.maxContacts} contacts are registered, and the trunk refuses more.`;
    return { status: 403, reason: 'too_many_contacts', sentence };
  }
  commit(context, plan);
  return undefined;
}

/** New bindings come before old ones go, so that a trunk that moves is never offline in between. */
function commit(context: RegisterContext, plan: UpdatePlan): void {
  const { store } = context.bindings;
  const isRefresh = plan.puts.length > 0 && plan.puts.every((put) => put.binding !== undefined);
  for (const { contact, binding } of plan.puts) putBinding(context, contact, binding);
  for (const binding of plan.replaced) store.remove(binding, 'replaced');
  for (const binding of plan.unregistered) store.remove(binding, 'unregistered');
  const registered = plan.puts.map((put) => put.binding);
  context.bindings.doubts.settle(required(context.trunk, 'trunk'), plan.doubtful, registered);
  if (plan.puts.length === 0) context.reason = 'unregistered';
  else context.reason = isRefresh ? 'refreshed' : 'registered';
}
