import type { AuthService } from '../../auth/index.ts';
import type { TrunkRecord } from '../../bus/index.ts';
import type { Registrar } from '../../registrar/index.ts';
import type { CallRouter } from '../../routing/index.ts';
import type { EngineStats } from '../../sip-engine/index.ts';
import type { SipMetricSources, TrunkSeries } from '../../telemetry/index.ts';
import type { Directory } from '../../tenancy/index.ts';
import type { DirectoryAge } from './directory-age.ts';

interface Parts {
  readonly directory: Directory;
  readonly directoryAge: DirectoryAge;
  readonly registrar: Registrar;
  readonly auth: AuthService;
  readonly router: CallRouter;
  readonly engineStats: () => EngineStats;
  readonly nowMs: () => number;
}

/** Where the gauges of a SIP thread read their values. */
export function createMetricSources({
  directory,
  directoryAge,
  registrar,
  auth,
  router,
  engineStats,
  nowMs,
}: Parts): SipMetricSources {
  return {
    registrationsByState() {
      const { registered, offline } = registrar.counts;
      return { registered, offline, never: Math.max(0, directory.size.trunks - registered - offline) };
    },
    *trunkRegistrations(limit) {
      let left = limit;
      for (const trunk of directory.trunks()) {
        if (left-- <= 0) return;
        yield seriesOf(trunk, registrar, nowMs());
      }
    },
    trunkCount: () => directory.size.trunks,
    activeCalls: () => router.activeByDirection(),
    leases: () => ({ ...router.leasesByClass() }),
    dialogs: () => engineStats().dialogs,
    transactions: () => ({ ...engineStats().transactions }),
    connections: () => engineStats().connections,
    *carrierRegistrations() {
      for (const { carrier, state } of router.carrierRegistrations())
        yield { carrier, registered: state === 'registered' };
    },
    bans: () => auth.bans.list().length,
    directoryVersion: () => directory.version,
    directoryAgeSec: () => directoryAge.sec,
    directoryRecords: () => ({ ...directory.size }),
  };
}

function seriesOf(trunk: TrunkRecord, registrar: Registrar, nowMs: number): TrunkSeries {
  const { state, expiresAtMs } = registrar.registrationOf(trunk.id);
  return {
    account: trunk.accountId,
    trunk: trunk.uuid,
    name: trunk.name,
    realm: trunk.realm,
    username: trunk.username,
    registered: state === 'registered',
    expiresSec: Math.max(0, ((expiresAtMs ?? 0) - nowMs) / 1000),
  };
}
