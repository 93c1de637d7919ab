import type { CdrEvent } from '../dialog/index.ts';
import { type Hub, newId } from './hub.ts';
import { formatTime } from './lead-line.ts';

/** One record of a call, to one of the applications that asked for its kind. */
export function sendCdr(hub: Hub, event: CdrEvent): void {
  if (hub.deps.options.cdrs !== true) return;
  const client = hub.routes.pick(`cdr:${event.kind}`);
  const time = formatTime(hub.deps.ports.clock.wallMs());
  const detail = event.kind === 'attempt' ? '' : `|${event.detail}`;
  client?.send(`${newId(hub)}|cdr:${event.kind}|${event.source}|${time}${detail}`, event.text);
}
