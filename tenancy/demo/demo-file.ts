import type { Config } from '../../config/index.ts';

/** `demo.json`, as design.md section 8 shows it; scripts read it instead of the console. */
export interface DemoFile {
  readonly api: string;
  readonly metrics: string;
  readonly sip: { readonly host: string; readonly port: number; readonly tls_port: number | null };
  readonly operator_key: string;
  readonly carrier: { readonly name: string; readonly source: string; readonly gateway: string };
  readonly accounts: readonly DemoAccount[];
}

export interface DemoAccount {
  readonly id: number;
  readonly name: string;
  readonly parent_id: number | null;
  readonly api_key: string;
  readonly test_api_key: string;
  readonly trunks: readonly DemoTrunk[];
}

export interface DemoTrunk {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly realm: string;
  readonly username: string;
  readonly password: string;
  readonly max_in: number | null;
  readonly dids: readonly string[];
}

/** The ports in use, where they are not those of the configuration (port 0). */
export interface BoundPorts {
  readonly sip?: number;
  readonly sipTls?: number | null;
  readonly http?: number;
  readonly metrics?: number;
}

/** Where the server of this configuration is reached from the same machine. */
export function endpoints(config: Config, bound: BoundPorts): Pick<DemoFile, 'api' | 'metrics' | 'sip'> {
  const { sip, http, metrics } = config;
  const tls = sip.hasTls ? sip.tlsPort : null;
  return {
    api: `http://${bracket(reachable(http.host))}:${bound.http ?? http.port}/api/v1`,
    metrics: `http://${bracket(reachable(metrics.host))}:${bound.metrics ?? metrics.port}/metrics`,
    sip: {
      host: reachable(sip.hosts[0] ?? '0.0.0.0'),
      port: bound.sip ?? sip.port,
      tls_port: bound.sipTls === undefined ? tls : bound.sipTls,
    },
  };
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function bracket(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
