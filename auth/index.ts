export type { InboundRequest } from './inbound-request.ts';
