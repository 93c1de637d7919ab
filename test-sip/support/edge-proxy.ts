import { KAMAILIO_MODULES, type Kamailio, runKamailio } from './kamailio.ts';
import { freePort } from './ports.ts';
import { type Test, tempDir } from './temp-dir.ts';

export interface EdgeProxy extends Kamailio {
  readonly host: string;
  readonly port: number;
}

/**
 * Debian's Kamailio as the edge in front of the server: it writes itself into the Path of each REGISTER (RFC 3327) and
 * relays everything, both ways. It ends with the test.
 */
export async function startEdgeProxy(
  t: Test,
  server: { readonly host: string; readonly port: number },
): Promise<EdgeProxy> {
  const at = { host: '127.0.0.1', port: await freePort() };
  return { ...at, ...runKamailio(t, tempDir(t), configuration(at, server)) };
}

function configuration(at: { host: string; port: number }, server: { host: string; port: number }): string {
  return `#!KAMAILIO
debug=2
log_stderror=yes
children=1
disable_tcp=yes
listen=udp:${at.host}:${at.port}
mpath="${KAMAILIO_MODULES}"
${['tm', 'sl', 'pv', 'rr', 'path', 'textops', 'siputils'].map((name) => `loadmodule "${name}.so"`).join('\n')}
request_route {
  if (is_method("REGISTER")) {
    add_path();
    $du = "sip:${server.host}:${server.port}";
    t_relay();
    exit;
  }
  if (!has_totag() && is_method("INVITE")) record_route();
  loose_route();
  t_relay();
}
`;
}
