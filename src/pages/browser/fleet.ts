// the tiles listen before the first hosts are chosen
import './tiles.ts';
import './run.ts';
