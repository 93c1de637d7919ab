import { networkInterfaces } from 'node:os';
import type { SipConfig } from '../config/index.ts';
import type { EngineTlsOptions, ListenSpec, TransportName } from '../sip-engine/index.ts';

/** Every address and transport that SIP is to listen on. */
export function listenSpecs(sip: SipConfig, hasIpv6 = machineHasIpv6()): readonly ListenSpec[] {
  const all = hasIpv6 ? ['0.0.0.0', '::'] : ['0.0.0.0'];
  const hosts = sip.hosts.length > 0 ? sip.hosts : all;
  const external = parseExternal(sip.external);
  return hosts.flatMap((host) => portsOf(sip).map(([transport, port]) => ({ transport, host, port, ...external })));
}

/** The certificate for TLS and WSS, when one is configured. */
export function tlsOptions(sip: SipConfig): EngineTlsOptions | undefined {
  if (sip.tlsCertFile === undefined || sip.tlsKeyFile === undefined) return undefined;
  return { certFile: sip.tlsCertFile, keyFile: sip.tlsKeyFile };
}

function portsOf(sip: SipConfig): readonly (readonly [TransportName, number])[] {
  const ports: (readonly [TransportName, number])[] = [
    ['udp', sip.port],
    ['tcp', sip.port],
  ];
  if (tlsOptions(sip) !== undefined) ports.push(['tls', sip.tlsPort]);
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
