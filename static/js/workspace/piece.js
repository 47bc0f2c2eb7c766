import { ASK, pause } from "./pace.js";

/** A part of the screen. It is brought anew by htmx, once at a time, when another token is told than it has. */
export class Piece {
  #known = ""; // the token of what was brought last
  #underway = null; // the element that is being brought anew
  #more = false; // was told meanwhile: looked at when the element is there
  #broughtAt = -Infinity;
  #later = 0;

  /** `told()` is the token that was told last. At least `rest` milliseconds pass before it is brought again. */
  constructor(selector, told, rest = 0) {
    this.selector = selector;
    this.told = told;
    this.rest = rest;
  }

  get #element() {
    return document.querySelector(this.selector);
  }

  isStale(token) {
    const element = this.#element;
    return Boolean(element && token) && element.dataset.token !== token && this.#known !== token;
  }

  hear(token) {
    if (!this.isStale(token)) return;
    const left = this.#broughtAt + this.rest - performance.now();
    if (this.#underway?.isConnected) this.#more = true;
    else if (left > 0) this.#later ||= setTimeout(() => this.#rested(), left);
    else this.#bring(token);
  }

  #rested() {
    this.#later = 0;
    this.hear(this.told());
  }

  #bring(token) {
    this.#known = token;
    this.#broughtAt = performance.now();
    this.#element.dispatchEvent(new CustomEvent("news"));
  }

  begins(element) {
    this.#underway = element;
  }

  /** What could not be brought is asked for once more, unless it is told of anew meanwhile. */
  ends(brought) {
    this.#underway = null;
    const token = this.#known;
    if (brought && this.#more) {
      this.#more = false;
      this.hear(this.told());
    } else if (!brought && token) {
      this.#known = "";
      setTimeout(() => this.#known || this.hear(token), pause(ASK));
    }
  }

  forget() {
    this.#known = "";
  }
}
