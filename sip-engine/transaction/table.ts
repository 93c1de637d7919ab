/** One arrow of a state figure: where it leads and what is done on the way, in order. */
export interface Step<State extends string, Action extends string> {
  readonly to: State;
  readonly do: readonly Action[];
}

/** A state figure: what is not in it is ignored in that state. */
export type Table<State extends string, Event extends string, Action extends string> = {
  readonly [S in State]: { readonly [E in Event]?: Step<State, Action> };
};

export interface Machine<State extends string, Event extends string, Action extends string> {
  readonly initial: State;
  readonly table: Table<State, Event, Action>;
}
