import type { CarrierRegistrationStatus } from '../../routing/index.ts';
import type { Logger } from '../../telemetry/index.ts';

/** One line when a registration at a carrier comes to stand, fails, or fails in another way; refreshes are silent. */
export function createCarrierRegistrationLog(
  logger: Pick<Logger, 'info' | 'warn'>,
): (status: CarrierRegistrationStatus) => void {
  const told = new Map<number, string>();
  return ({ carrierId, carrier, registrar, state, fault, status, node, nextAtMs }) => {
    const now = `${state} ${fault} ${node}`;
    if (told.get(carrierId) === now) return;
    told.set(carrierId, now);
    const fields = { carrier, registrar, node, status };
    if (state === 'registered') logger.info(fields, 'registered at the carrier');
    else
      logger.warn(
        { ...fields, fault, nextAt: nextAtMs && new Date(nextAtMs).toISOString() },
        'not registered at the carrier',
      );
  };
}
