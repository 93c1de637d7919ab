import { networkInterfaces } from 'node:os';
import type { Config, SipConfig } from '../config/index.ts';
import type { EngineTlsOptions, ListenSpec, TransportName } from '../sip-engine/index.ts';

/** Every address and transport that SIP is to listen on. */
export function listenSpecs(sip: SipConfig, hasIpv6 = machineHasIpv6()): readonly ListenSpec[] {
  const all = hasIpv6 ? ['0.0.0.0', '::'] : ['0.0.0.0'];
  const hosts = sip.hosts.length > 0 ? sip.hosts : all;
  const external = parseExternal(sip.external);
  return hosts.flatMap((host) => portsOf(sip).map(([transport, port]) => ({ transport, host, port, ...external })));
}

/** The certificates for TLS and WSS, when some are configured: of the platform, and of SIP domains by their names. */
export function tlsOptions({ sip, domain }: Pick<Config, 'sip' | 'domain'>): EngineTlsOptions | undefined {
  if (!sip.hasTls) return undefined;
  const { tlsCertFile: certFile, tlsKeyFile: keyFile, tlsCertDir: directory, tlsCaFile: caFile } = sip;
  return {
    ...(certFile === undefined || keyFile === undefined ? {} : { certFile, keyFile }),
    ...(directory === undefined ? {} : { directory }),
    ...(caFile === undefined ? {} : { caFile }),
    defaultDomain: domain,
    clientCertificates: sip.tlsClientCertificates,
  };
}

function portsOf(sip: SipConfig): readonly (readonly [TransportName, number])[] {
  const ports: (readonly [TransportName, number])[] = [
    ['udp', sip.port],
    ['tcp', sip.port],
  ];
  if (sip.hasTls) ports.push(['tls', sip.tlsPort]);
  if (sip.wsPort !== undefined) ports.push(['ws', sip.wsPort]);
  if (sip.wssPort !== undefined) ports.push(['wss', sip.wssPort]);
  return ports;
}

function parseExternal(text: string | undefined): { externalHost?: string; externalPort?: number } {
  if (text === undefined) return {};
  const parts = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text);
  const externalHost = parts?.[1] ?? parts?.[2] ?? text;
  return parts?.[3] === undefined ? { externalHost } : { externalHost, externalPort: Number(parts[3]) };
}

function machineHasIpv6(): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return addresses.some((entry) => entry.family === 'IPv6');
}
