import type { Machine } from './table.ts';

export type ServerState = 'trying' | 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated';

export type ServerEvent =
  | 'start'
  | 'request'
  | 'ack'
  | 'provisional'
  | 'success'
  | 'failure'
  | 'silence'
  | 'resend'
  | 'transportError'
  | 'timerTrying'
  | 'timerAbandoned'
  | 'timerG'
  | 'timerH'
  | 'timerI'
  | 'timerJ'
  | 'timerL';

export type ServerAction =
  | 'sendTrying'
  | 'sendTryingSoon'
  | 'send'
  | 'sendGiven'
  | 'repeat'
  | 'retransmit'
  | 'passAck'
  | 'reportAbandoned'
  | 'reportNoAck'
  | 'stopTimers'
  | 'startTrying'
  | 'startAbandoned'
  | 'startG'
  | 'doubleG'
  | 'startH'
  | 'startI'
  | 'startJ'
  | 'startL';

export type ServerMachine = Machine<ServerState, ServerEvent, ServerAction>;
