// A picture of the API, which needs the login of this page: an <img> of an address would not send a key.

import { address, pairedKey } from "./api.js";
import { Component, html } from "./html.js";

const rights = () => (pairedKey() ? { "X-API-Key": pairedKey() } : {});

async function read(path) {
  const answer = await fetch(address(path), { headers: rights() });
  return answer.ok ? dataAddress(await answer.blob()) : null;
}

/** Return the picture as an address that the content security policy allows. */
function dataAddress(blob) {
  const reader = new FileReader();
  const done = new Promise((resolve) => (reader.onload = () => resolve(reader.result)));
  reader.readAsDataURL(blob);
  return done;
}

/** A picture by its path, such as `api/v1/players/ID/photo`; nothing while there is none. */
export class Picture extends Component {
  componentDidMount() {
    this.load();
  }

  componentDidUpdate({ path }) {
    if (path !== this.props.path) this.load();
  }

  async load() {
    const { path } = this.props;
    const source = await read(path).catch(() => null);
    if (path === this.props.path) this.setState({ source });
  }

  render({ alt }, { source }) {
    return source ? html`<img src=${source} alt=${alt} />` : null;
  }
}

const RETRY_MS = 2000;
const HEAD_END = [13, 10, 13, 10];

/** Yield the pictures of an MJPEG stream. */
async function* partsOf(path, signal) {
  const answer = await fetch(address(path), { headers: rights(), signal });
  if (!answer.ok) return;
  let bytes = new Uint8Array();
  for (const reader = answer.body.getReader(); ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    bytes = joined(bytes, value);
    for (let part = firstPart(bytes); part; part = firstPart(bytes)) {
      yield new Blob([bytes.subarray(part.start, part.end)], { type: "image/jpeg" });
      bytes = bytes.slice(part.end);
    }
  }
}

function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** Return where the first whole picture lies, null while it is not whole. */
function firstPart(bytes) {
  const head = bytes.findIndex((_, k) => HEAD_END.every((byte, j) => bytes[k + j] === byte));
  if (head < 0) return null;
  const length = Number(/content-length: *(\d+)/i.exec(new TextDecoder().decode(bytes.subarray(0, head)))?.[1]);
  const start = head + HEAD_END.length;
  return length > 0 && bytes.length >= start + length ? { start, end: start + length } : null;
}

/** The live pictures of a camera; nothing is sent while the page is hidden or the component is gone. */
export class Live extends Component {
  #ending = null;
  #waiting = 0;

  componentDidMount() {
    document.addEventListener("visibilitychange", this.#restart);
    this.#restart();
  }

  componentDidUpdate({ path }) {
    if (path !== this.props.path) this.#restart();
  }

  componentWillUnmount() {
    document.removeEventListener("visibilitychange", this.#restart);
    this.#ending?.abort();
    clearTimeout(this.#waiting);
    if (this.image) this.image.src = "";
  }

  #restart = async () => {
    this.#ending?.abort();
    if (document.hidden) {
      this.image.removeAttribute("src");
      return;
    }
    if (!pairedKey()) {
      this.image.src = address(this.props.path); // the cookie is sent along
      return;
    }
    const { signal } = (this.#ending = new AbortController());
    try {
      for await (const picture of partsOf(this.props.path, signal)) this.image.src = await dataAddress(picture);
    } catch (error) {
      if (error.name !== "AbortError") console.warn(error.message);
    }
  };

  /** Ask again for pictures that were refused, once however many were faulty: the camera may be busy with its calibration. */
  #retry = () => {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.image?.hasAttribute("src") && this.#restart(), RETRY_MS);
  };

  render({ alt }) {
    return html`<img class="live" alt=${alt} onError=${this.#retry} ref=${(image) => (this.image = image)} />`;
  }
}
