/**
 * The least of a SIP request that authentication, registrar and routing read. The embedded engine's
 * direct lane and drachtio-srf's `req` are both brought to this shape, so that each rule exists once.
 */
export interface InboundRequest {
  readonly method: string;
  /** Request-URI byte for byte. */
  readonly uri: string;
  readonly transport: 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Addressable flow of the embedded engine, `''` where the engine has none. */
  readonly flowId: string;
  readonly callId: string;
  readonly cseq: number;
  /** Branch of the top Via, `''` when absent. */
  readonly branch: string;
  /** First header line of that lower-case long name, unfolded and trimmed. */
  header(name: string): string | undefined;
  /** Every header line of that name, in order. */
  headerLines(name: string): readonly string[];
}
