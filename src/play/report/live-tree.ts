import type { WriteStream } from 'node:tty';
import { type Clock, systemClock } from '../../common/clock.js';
import type { Node } from '../controller/node.js';
import type { PlayListener } from '../walk/play-files.js';
import { createLiveRegion } from './live-region.js';
import { printable } from './printable.js';
import { type Terminal, treeFrame, treeLines } from './tree-frame.js';
import { describeVerdict } from './verdict.js';

/** A terminal, as `process.stdout` is one. */
export type TerminalStream = Pick<WriteStream, 'write' | 'columns' | 'rows' | 'hasColors'>;

const frameMs = 80;

/** Draws the workflows in play as trees, in place. What has been played stays above, whole. */
export function createLiveTree(output: TerminalStream, clock: Clock = systemClock): PlayListener {
  const playing = new Map<string, Set<Node>>();
  const region = createLiveRegion(output);
  const showCursorAtExit = (): void => region.close();
  process.once('exit', showCursorAtExit);
  const terminal = (): Terminal => ({
    columns: Math.max(1, output.columns || 80),
    // The cursor stands below the last line.
    rows: Math.max(1, (output.rows || 24) - 1),
    isColoured: output.hasColors(),
  });
  let stopTimer = (): void => undefined;
  const draw = (): void => {
    region.draw(treeFrame([...playing.values()], clock.nowMs(), terminal()));
    stopTimer = clock.after(frameMs, draw);
  };
  draw();
  return {
    onNode: (file, _workflowName, node) => {
      const nodes = playing.get(file) ?? new Set();
      playing.set(file, nodes.add(node));
    },
    onPlayed: (played) => {
      playing.delete(played.file);
      const lines = 'walk' in played ? treeLines(played.walk.nodes, clock.nowMs(), terminal()) : [];
      region.keep([...lines, printable(describeVerdict(played)), '']);
    },
    end: () => {
      stopTimer();
      region.close();
      process.off('exit', showCursorAtExit);
    },
  };
}
