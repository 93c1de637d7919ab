import type { SipSide } from '../../bus/index.ts';
import type { RegistrarEvents } from '../../registrar/index.ts';
import type { Logger, SipMetrics } from '../../telemetry/index.ts';
import type { Directory } from '../../tenancy/index.ts';
import type { BindingNews } from './binding-news.ts';

interface Parts {
  readonly bus: SipSide;
  readonly logger: Logger;
  readonly metrics: () => SipMetrics;
  readonly directory: Directory;
  /** Where other threads have calls. */
  readonly bindingNews: BindingNews | undefined;
}

/** What the registrar tells goes up the bus, into the metrics and, where a person wants to read it, into the log. */
export function createRegistrationEvents({ bus, logger, metrics, directory, bindingNews }: Parts): RegistrarEvents {
  return {
    binding: (change) => bus.emit({ kind: 'binding', change }),
    ...(bindingNews !== undefined && { reached: (trunkId) => bindingNews.reached(trunkId) }),
    refreshed(bindings) {
      const refreshes = {
        trunkIds: bindings.map((binding) => binding.trunkId),
        contacts: bindings.map((binding) => binding.contact),
        regIds: bindings.map((binding) => binding.regId),
        expiresAtMs: bindings.map((binding) => binding.expiresAtMs),
      };
      bus.emit({ kind: 'refreshes', refreshes });
      bindingNews?.refreshed(refreshes);
    },
    count: (result, reason) => metrics().countRegister(result, reason),
    trunkTransition: (transition) => bus.emit({ kind: 'trunk_transition', transition }),
    trunkState(state) {
      bus.emit({ kind: 'trunk_state', state });
      const trunk = directory.findTrunk(state.trunkId);
      const { contact, sourceAddress, sourcePort, transport, userAgent } = state.binding;
      const fields = {
        // A deleted trunk has left the directory; its id and its address are still its names.
        trunk: trunk?.uuid ?? null,
        trunkId: state.trunkId,
        account: state.accountId,
        identity: state.binding.aor,
        contact,
        source: `${sourceAddress}:${sourcePort}`,
        transport,
        userAgent,
      };
      if (state.state === 'registered')
        logger.info({ ...fields, result: 'ok', reason: 'registered' }, 'trunk registered');
      else logger.info({ ...fields, reason: state.cause }, 'trunk offline');
    },
    passwordMoved(trunkId) {
      const trunk = directory.findTrunk(trunkId);
      if (trunk === undefined) return;
      bus.emit({ kind: 'credentials_moved', trunkId, accountId: trunk.accountId, atMs: Date.now() });
      logger.info({ trunk: trunk.uuid, account: trunk.accountId }, 'the PBX uses its new password');
    },
    registerFailure(failure) {
      bus.emit({ kind: 'register_failure', failure });
      const { result, reason, realm, username, sourceAddress, sourcePort, transport, userAgent, callId, sentence } =
        failure;
      // Both are null when no trunk could be told from what was sent.
      const trunk = failure.trunkId === null ? null : directory.findTrunk(failure.trunkId)?.uuid;
      const who = { trunk, account: failure.accountId, realm, username };
      const source = `${sourceAddress}:${sourcePort}`;
      logger.warn({ result, reason, ...who, source, transport, userAgent, callId, sentence }, 'register failed');
    },
  };
}
