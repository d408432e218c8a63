// What the site's scripts share: each is a classic script in `../static`, so that pages work from a folder.

/** Hands over data: a data file of the site is `S("key", value)`, and the script that asks for it says what becomes of it. */
declare function S(key: string, value: unknown): void;

/** A plot that Vega has drawn: the part of its View that we use. */
interface VegaView {
  finalize(): VegaView;
  runAsync(): Promise<VegaView>;
  scale(name: string): { domain(): number[] };
  signal(name: string, value: unknown): VegaView;
}

/** `static/vendor/vega.js`: see vega.mjs. */
declare const VegaPlots: { draw(element: Element, specification: object, config: object): Promise<VegaView> };

interface Window {
  S?: ((key: string, value: unknown) => void) & Record<string, any>;
  VegaPlots: typeof VegaPlots;
  PlotFigures: {
    numbers(address: string): Promise<any[]>;
    part(plot: any, series: any[]): any;
    prepare(figure: HTMLElement, read: () => Promise<any>, vega: string): () => Promise<void>;
  };
}
