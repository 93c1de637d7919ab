export { checkCertificate } from './certificate.ts';
export { listCertificates } from './certificate-directory.ts';
export type { TlsOptions } from './certificate-store.ts';
export type { CloseReason } from './connection-flow.ts';
export { TransportFault } from './errors.ts';
export type { TransportOptions } from './options.ts';
export { type FrameFault, type FrameLimits, type FrameSink, StreamFramer } from './stream-framer.ts';
export { createTransportLayer } from './transport-layer.ts';
export type * from './types.ts';
