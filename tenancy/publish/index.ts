export { DirectoryPublisher, type PublisherOptions } from './directory-publisher.ts';
