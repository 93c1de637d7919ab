import type { SipPort } from '../admin/index.ts';
import type { MainSide } from '../bus/index.ts';

/** What the admin side asks of SIP goes over the bus, each query under its own name. */
export function createSipPort(bus: MainSide): SipPort {
  return { request: (name, args) => bus.request(name, args) as never };
}
