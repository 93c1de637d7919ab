declare module 'drachtio-mw-registration-parser' {
  export interface ParsedContact {
    readonly uri: string;
    readonly params?: Readonly<Record<string, string>>;
  }
  export interface ParsedRegistration {
    readonly type: 'register' | 'unregister';
    readonly expires: number;
    readonly contact: readonly ParsedContact[];
    readonly aor: string;
  }
  export interface ParserRequest {
    readonly method: string;
    registration?: ParsedRegistration;
    has(name: string): boolean;
    get(name: string): string | undefined;
    getParsedHeader(name: string): unknown;
  }
  export interface ParserResponse {
    send(status: number, options?: object): void;
  }
  function parseRegistration(req: ParserRequest, res: ParserResponse, next: () => void): void;

  // biome-ignore lint/style/noDefaultExport: the package is CommonJS with one function as its export
  export { parseRegistration as default };
}
