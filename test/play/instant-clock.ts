export { instantClock } from '../../src/play/clock.js';
