// The board with a square for each place that was hit, the more often the denser.

import { loadSettings } from "./api.js";
import { BoardView } from "./board.js";
import { Component, html } from "./html.js";

const settings = await loadSettings().catch(() => ({ board: {} }));

/** A heat map: `heat` has cells and their size, `label` says what it shows. */
export class HeatMap extends Component {
  componentDidMount() {
    new BoardView(this.svg, settings.board);
    this.draw();
  }

  componentDidUpdate() {
    this.draw();
  }

  draw() {
    this.svg.querySelectorAll(".heat").forEach((each) => each.remove());
    const { cells, cell_mm } = this.props.heat;
    const most = Math.max(...cells.map(({ count }) => count));
    for (const { x_mm, y_mm, count } of cells) {
      const square = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const at = { class: "heat", x: x_mm - cell_mm / 2, y: -y_mm - cell_mm / 2, width: cell_mm, height: cell_mm, opacity: 0.25 + (0.75 * count) / most };
      for (const [name, value] of Object.entries(at)) square.setAttribute(name, value);
      this.svg.append(square);
    }
  }

  render({ label }) {
    return html`<svg role="img" aria-label=${label} ref=${(svg) => (this.svg = svg)}></svg>`;
  }
}
