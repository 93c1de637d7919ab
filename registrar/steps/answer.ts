import type { Rejection } from '../../telemetry/index.ts';
import { isLive } from '../binding.ts';
import type { RegisterContext } from '../context.ts';
import { required } from '../context.ts';
import { contactLine, plainAnswer, SUPPORTED } from '../plain-answer.ts';
import { splitValues } from '../split-values.ts';

/** 200 with every binding as it was registered and its own remaining time (RFC 3261 section 10.3 step 8, P15). */
export function answer(context: RegisterContext): Rejection | undefined {
  const { bindings, request, nowMs } = context;
  const trunk = required(context.trunk, 'trunk');
  const only = context.renewed ?? bindings.store.single(trunk.id);
  if (only !== undefined && isLive(only, nowMs) && isPlain(context)) {
    context.lines = plainAnswer(contactLine(only, nowMs), context.dateLine.at(nowMs));
    return undefined;
  }
  const lines: string[] = [];
  for (const binding of bindings.store.all(trunk.id))
    if (isLive(binding, nowMs)) lines.push(contactLine(binding, nowMs));
  const path = request.headerLines('path');
  // RFC 3327 section 5.3: the Path of this REGISTER is shown to the PBX.
  if (path.length > 0) lines.push(`Path: ${path.flatMap(splitValues).join(', ')}`);
  if (usesOutbound(context)) lines.push('Require: outbound');
  lines.push(SUPPORTED, context.dateLine.at(nowMs));
  context.lines = lines;
  return undefined;
}

/** No Path and no outbound flow: nothing to say but the binding. */
function isPlain(context: RegisterContext): boolean {
  return context.request.header('path') === undefined && !usesOutbound(context);
}

/** RFC 5626 section 6: said when a reg-id of this request was honoured. */
function usesOutbound(context: RegisterContext): boolean {
  const { contacts } = context;
  return (
    contacts.kind === 'list' && contacts.contacts.some((contact) => contact.regId !== null && contact.expiresSec !== 0)
  );
}
