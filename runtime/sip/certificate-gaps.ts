import type { DirectoryDelta } from '../../bus/index.ts';
import type { Logger } from '../../telemetry/index.ts';

/** How many domains one line names: a platform may have thousands that no PBX asks for over TLS. */
const MOST_NAMED = 50;

interface Deps {
  readonly logger: Pick<Logger, 'warn'>;
  hasCertificate(domain: string): boolean;
}

/**
 * Says once of each tenant's SIP domain that it has no certificate of its own: nothing else would, since its PBXes are
 * shown the default one and it is they who refuse to connect. The returned function hears of every change of domains.
 */
export function createCertificateGapLog({ logger, hasCertificate }: Deps): (realms: DirectoryDelta['realms']) => void {
  const told = new Set<string>();
  return ({ upserts, deletes }) => {
    for (const realm of deletes) told.delete(realm);
    // The platform's own realm belongs to nobody, and the default certificate is meant for it.
    const tenants = upserts.filter(({ accountId }) => accountId !== null).map(({ realm }) => realm);
    const bare = tenants.filter((domain) => !told.has(domain) && !hasCertificate(domain));
    if (bare.length === 0) return;
    for (const domain of bare) told.add(domain);
    logger.warn(
      { domains: bare.slice(0, MOST_NAMED), count: bare.length },
      'SIP domains without a certificate of their own: PBXes that ask for them over TLS are shown the default one',
    );
  };
}
