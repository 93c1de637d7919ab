import { parseSipUri } from '../../auth/index.ts';
import type { Rejection } from '../../telemetry/index.ts';
import { isConnection } from '../binding.ts';
import { type RegisterContext, required } from '../context.ts';

/**
 * drachtio-server finds the connection to a PBX by the user@host of its Contact: a second trunk with the same one would
 * get the first one's calls. On an engine with flows this never refuses.
 */
export function refuseSharedContact(context: RegisterContext): Rejection | undefined {
  const { contacts, request, options, bindings } = context;
  if (options.hasFlows !== false || contacts.kind !== 'list' || !isConnection(request.transport)) return undefined;
  const trunk = required(context.trunk, 'trunk');
  for (const contact of contacts.contacts) {
    if (contact.expiresSec === 0 || !bindings.isContactTaken(contact.uri, trunk.id)) continue;
    const parts = parseSipUri(contact.uri);
    const sentence = `Another trunk is registered as ${parts?.user ?? ''}@${contact.host} over a connection.`;
    return { status: 403, reason: 'contact_shared', sentence };
  }
  return undefined;
}
