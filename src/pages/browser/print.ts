/** On paper everything is there: does `unfold` before the page is printed, and `fold` afterwards. */
export function onPrint(unfold: () => void, fold: () => void): void {
  let isPrinted = false;
  const turn = (on: boolean): void => {
    if (on === isPrinted) return;
    isPrinted = on;
    if (on) unfold();
    else fold();
  };
  addEventListener('beforeprint', () => turn(true));
  addEventListener('afterprint', () => turn(false));
  const paper = matchMedia('print');
  paper.addEventListener('change', ({ matches }) => turn(matches));
  if (paper.matches) turn(true);
}
