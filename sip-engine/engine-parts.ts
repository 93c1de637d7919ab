import { createControl } from './control/index.ts';
import type { ControlDeps, ResolveTargets, TransactionUserOfApps } from './control/types.ts';
import type { EnginePorts } from './ports.ts';
import { createResolver } from './resolve/index.ts';
import type { TransactionOptions } from './transaction/index.ts';
import type { TlsOptions, TransportLayer, TransportOptions } from './transport/index.ts';
import type { EngineOptions, EngineTlsOptions } from './types.ts';

/** The layers that the engine is put together from, where a test may want another one. */
export interface EngineParts {
  createControl(deps: ControlDeps): TransactionUserOfApps;
  createResolve(deps: { readonly transport: TransportLayer; readonly ports: EnginePorts }): ResolveTargets;
}

export const DEFAULT_PARTS: EngineParts = {
  createControl,
  createResolve({ transport, ports }) {
    const resolver = createResolver({
      clock: ports.clock,
      random: ports.random,
      supports: (name, family) =>
        transport.listenPoints.some((point) => point.transport === name && point.host.includes(':') === (family === 6)),
    });
    return (uri, done) => resolver.resolve(uri, done);
  },
};

/** The transport layer's share of the options. */
export function transportOptions({
  maxMessageBytes,
  udpMtuBytes,
  udpBatches,
  udpSegments,
  localNetworks,
  onlyPeers,
  tls,
}: EngineOptions): TransportOptions {
  return {
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
    ...(udpMtuBytes === undefined ? {} : { mtuBytes: udpMtuBytes }),
    ...(udpBatches === undefined ? {} : { batchUdp: udpBatches }),
    ...(udpSegments === undefined ? {} : { segmentUdp: udpSegments }),
    ...(localNetworks === undefined ? {} : { localNetworks }),
    ...(onlyPeers === undefined ? {} : { onlyPeers }),
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
  };
}

/** The transaction layer's share of the options. */
export function transactionOptions({ mergedRequests, immediateTrying }: EngineOptions): TransactionOptions {
  return {
    ...(mergedRequests === undefined ? {} : { mergedRequests }),
    ...(immediateTrying === undefined ? {} : { immediateTrying }),
  };
}

function tlsOptions({ certFile, keyFile, domains = [], ...same }: EngineTlsOptions): TlsOptions {
  const first = certFile === undefined || keyFile === undefined ? [] : [{ certFile, keyFile }];
  const more = domains.map(({ name, ...files }) => ({ ...files, serverNames: [name] }));
  return { ...same, certificates: [...first, ...more] };
}
