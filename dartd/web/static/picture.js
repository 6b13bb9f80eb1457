// A picture of the API, which needs the login of this page: an <img> of an address would not send a key.

import { address, pairedKey } from "./api.js";
import { Component, html } from "./html.js";

async function read(path) {
  const headers = pairedKey() ? { "X-API-Key": pairedKey() } : {};
  const answer = await fetch(address(path), { headers });
  if (!answer.ok) return null;
  const reader = new FileReader();
  const read = new Promise((done) => (reader.onload = () => done(reader.result)));
  reader.readAsDataURL(await answer.blob());
  return read;
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
