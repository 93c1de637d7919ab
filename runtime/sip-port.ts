import type { SipPort } from '../admin/index.ts';
import type { SipBus } from '../bus/index.ts';

/** What the admin side asks of SIP goes over the bus, each query under its own name. */
export function createSipPort(bus: SipBus): SipPort {
  return { request: (name, args) => bus.request(name, args) as never };
}
