// Draws the board and its darts from their coordinates in millimetres. SVG's y axis points down, the board's up.

const SECTORS = [20, 1, 18, 4, 13, 6, 10, 15, 2, 17, 3, 19, 7, 16, 8, 11, 14, 9, 12, 5];
const STEP = (2 * Math.PI) / SECTORS.length;
const MARGIN_MM = 8;
const MARK_MM = 12.5;

/** The default radii of a board, named as in the configuration. */
export const RADII = {
  bull_mm: 6.35,
  single_bull_mm: 15.9,
  triple_inner_mm: 99,
  triple_outer_mm: 107,
  double_inner_mm: 162,
  double_outer_mm: 170,
  edge_mm: 225.5,
};

/** An SVG drawing of a board; `show` draws darts on it. */
export class BoardView {
  #radii;
  #darts;
  #glow;
  #heat;
  #aim;
  #known = new Map();

  constructor(svg, radii = RADII) {
    this.#radii = radii;
    const edge = radii.edge_mm + MARGIN_MM;
    svg.setAttribute("viewBox", `${-edge} ${-edge} ${2 * edge} ${2 * edge}`);
    this.#glow = element("path", { class: "glow" });
    this.#heat = element("g", {});
    this.#aim = element("path", { class: "aim" });
    this.#darts = element("g", { class: "darts" });
    svg.replaceChildren(...this.#face(), this.#heat, this.#glow, ...this.#wires(), ...this.#numbers(), this.#aim, this.#darts);
  }

  /** Show these darts and no others; highlight the last one and its bed. */
  show(darts, lastDart) {
    const wanted = new Set(darts.map(({ dart_id }) => dart_id));
    for (const [id, mark] of this.#known) {
      if (!wanted.has(id)) {
        mark.remove();
        this.#known.delete(id);
      }
    }
    for (const dart of darts) this.#draw(dart, dart.dart_id === lastDart?.dart_id);
    const last = darts.find(({ dart_id }) => dart_id === lastDart?.dart_id);
    this.#glow.setAttribute("d", last ? this.#bed(last.score) : "");
  }

  /** Outline the bed to aim at, such as "D16"; none for an empty label. */
  aimAt(label) {
    this.#aim.setAttribute("d", label ? this.#bed(bedOf(label)) : "");
  }

  /** Color beds by their `level`, and no others; a single stands for both parts of its sector. */
  paint(beds) {
    const painted = beds.flatMap(({ label, level }) => {
      const bed = bedOf(label);
      const pieces = bed.ring === "single" ? [bed, { ...bed, ring: "inner_single" }] : [bed];
      return pieces.filter(({ sector }) => sector === undefined || SECTORS.includes(sector)).map((each) => element("path", { class: `heat ${level}`, d: this.#bed(each), "data-bed": label }));
    });
    this.#heat.replaceChildren(...painted);
  }

  #draw(dart, isLast) {
    let mark = this.#known.get(dart.dart_id);
    if (!mark) {
      mark = element("g", { "data-dart": dart.dart_id }, [
        element("circle", { class: "ripple", r: MARK_MM }),
        element("circle", { class: "mark", r: MARK_MM }),
        element("text", { class: "nth" }),
      ]);
      this.#known.set(dart.dart_id, mark);
    }
    const { x_mm, y_mm } = dart.board_coordinates;
    mark.setAttribute("transform", `translate(${x_mm} ${-y_mm})`);
    mark.setAttribute("class", `dart${isLast ? " last" : ""}${dart.dart_number ? "" : " extra"}`);
    mark.setAttribute("data-label", dart.score.label);
    mark.querySelector("text").textContent = dart.dart_number || "+";
    if (isLast || !mark.parentNode) this.#darts.append(mark); // the last dart on top
  }

  #face() {
    const r = this.#radii;
    const beds = SECTORS.flatMap((_, k) => {
      const dark = k % 2 === 0;
      const single = dark ? "dark" : "light";
      const ring = dark ? "red" : "green";
      return [
        this.#piece(k, r.single_bull_mm, r.triple_inner_mm, single),
        this.#piece(k, r.triple_inner_mm, r.triple_outer_mm, ring),
        this.#piece(k, r.triple_outer_mm, r.double_inner_mm, single),
        this.#piece(k, r.double_inner_mm, r.double_outer_mm, ring),
      ];
    });
    return [
      element("circle", { class: "surround", r: r.edge_mm }),
      ...beds,
      element("circle", { class: "green", r: r.single_bull_mm }),
      element("circle", { class: "red", r: r.bull_mm }),
    ];
  }

  #piece(k, inner, outer, name) {
    return element("path", { class: name, d: ringPiece(k, inner, outer) });
  }

  #wires() {
    const r = this.#radii;
    const rings = [r.bull_mm, r.single_bull_mm, r.triple_inner_mm, r.triple_outer_mm, r.double_inner_mm, r.double_outer_mm];
    const spokes = SECTORS.map((_, k) => {
      const angle = (k - 0.5) * STEP;
      const [x1, y1] = at(angle, r.single_bull_mm);
      const [x2, y2] = at(angle, r.double_outer_mm);
      return element("line", { class: "wire", x1, y1, x2, y2 });
    });
    return [...rings.map((radius) => element("circle", { class: "wire", r: radius })), ...spokes];
  }

  #numbers() {
    const radius = (this.#radii.double_outer_mm + this.#radii.edge_mm) / 2;
    return SECTORS.map((sector, k) => {
      const [x, y] = at(k * STEP, radius);
      return element("text", { class: "number", x, y }, [document.createTextNode(sector)]);
    });
  }

  #bed({ ring, sector }) {
    const r = this.#radii;
    const k = SECTORS.indexOf(sector);
    switch (ring) {
      case "single":
        return ringPiece(k, r.triple_outer_mm, r.double_inner_mm);
      case "bull":
        return disc(r.bull_mm);
      case "single_bull":
        return disc(r.single_bull_mm) + disc(r.bull_mm);
      case "inner_single":
        return ringPiece(k, r.single_bull_mm, r.triple_inner_mm);
      case "triple":
        return ringPiece(k, r.triple_inner_mm, r.triple_outer_mm);
      case "outer_single":
        return ringPiece(k, r.triple_outer_mm, r.double_inner_mm);
      case "double":
        return ringPiece(k, r.double_inner_mm, r.double_outer_mm);
      default:
        return "";
    }
  }
}

/** Return ring and sector of a label; any single is the outer one. */
function bedOf(label) {
  if (label === "BULL") return { ring: "bull" };
  if (label === "25") return { ring: "single_bull" };
  const sector = Number(label.replace(/^[SDT]/, ""));
  return { sector, ring: { D: "double", T: "triple" }[label[0]] ?? "single" };
}

function ringPiece(k, inner, outer) {
  const [from, to] = [(k - 0.5) * STEP, (k + 0.5) * STEP];
  const points = [at(from, outer), at(to, outer), at(to, inner), at(from, inner)].map((point) => point.join(" "));
  return `M${points[0]}A${outer} ${outer} 0 0 1 ${points[1]}L${points[2]}A${inner} ${inner} 0 0 0 ${points[3]}Z`;
}

function disc(radius) {
  return `M${-radius} 0a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
}

/** The point at an angle, clockwise from the top. */
function at(angle, radius) {
  return [radius * Math.sin(angle), -radius * Math.cos(angle)].map((value) => Number(value.toFixed(3)));
}

function element(name, attributes, children = []) {
  const created = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, value);
  created.append(...children);
  return created;
}
