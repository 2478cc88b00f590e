import type { GraphDifference } from './changes.ts';
import type { LayOut } from './layout.ts';
import { graphSvg } from './svg.ts';

/** Before and after a change, as SVG without a style of its own: the page has `GRAPH_STYLE`. */
export function differencePictures(
  { before, after }: GraphDifference,
  layOut: LayOut,
): { readonly before: string; readonly after: string } {
  const [a, b] = [before, after].map((graph) =>
    graphSvg(layOut(graph), { styled: false, explained: false }),
  ) as [string, string];
  return { before: a, after: b };
}
