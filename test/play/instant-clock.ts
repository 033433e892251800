export { instantClock } from '../../src/play/instant-clock.js';
