// Beds of the board by their labels: what they score, and what lies next to them.

const ORDER = [20, 1, 18, 4, 13, 6, 10, 15, 2, 17, 3, 19, 7, 16, 8, 11, 14, 9, 12, 5];
const TIMES = { S: 1, D: 2, T: 3 };

/** Return the points of a bed. */
export function pointsOf(label) {
  if (label === "BULL") return 50;
  if (label === "25") return 25;
  if (label === "MISS" || !label) return 0;
  return (TIMES[label[0]] ?? 1) * Number(label.replace(/^[SDT]/, ""));
}

/** Return a label as the API writes it: "S5" for "5". */
export function plain(label) {
  return /^\d+$/.test(label) && label !== "25" ? `S${label}` : label;
}

/** Return the beds next to one, the nearest first. */
export function neighbours(label) {
  const bed = plain(label);
  if (bed === "BULL") return ["25", "S20", "S6", "S3", "S11"];
  if (bed === "25") return ["BULL", "S20", "S6", "S3", "S11"];
  const sector = Number(bed.slice(1));
  const k = ORDER.indexOf(sector);
  if (k < 0) return ["S20", "T20", "S1", "S5", "D20"];
  const [left, right] = [ORDER.at(k - 1), ORDER[(k + 1) % ORDER.length]];
  const ring = bed[0];
  if (ring === "S") return [`T${sector}`, `D${sector}`, `S${left}`, `S${right}`];
  return [`S${sector}`, `${ring}${left}`, `${ring}${right}`, ring === "T" ? `S${left}` : "MISS", ring === "T" ? `S${right}` : `S${left}`];
}

/** The numbers of the pad, as they are written on it. */
export const NUMBERS = Array.from({ length: 20 }, (_, k) => k + 1);
