/** An element that has answered us: where the requests that belong to a registration go (P26). */
export interface Node {
  readonly address: string;
  readonly port: number;
  readonly transport: string;
}

export interface RegisterOrder {
  /** Request-URI: the domain. */
  readonly uri: string;
  /** Next hop; a host name is resolved anew each time (RFC 3263). */
  readonly proxy: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The final answer to a REGISTER. */
export interface RegisterAnswer {
  readonly status: number;
  readonly node: Node;
  /** Every line of the header of that lower-case name. */
  headerLines(name: string): readonly string[];
}

/** Sends one REGISTER; `done` is told once, `undefined` when nothing came back from anybody. */
export type SendRegister = (order: RegisterOrder, done: (answer: RegisterAnswer | undefined) => void) => void;
