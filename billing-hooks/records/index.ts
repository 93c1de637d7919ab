export { RecordStreamer, type RecordStreamerOptions } from './record-streamer.ts';
