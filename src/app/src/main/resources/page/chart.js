// A small line chart in SVG: gaps where nothing was measured, a crosshair for pointer and keyboard.

const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = {left: 4, right: 4, top: 8, bottom: 18};
const BRIDGED = 10; // samples without a value over which a line goes on
const SPIKES = 0.05; // the share of the values that may be cut
const STANDS_OUT = 3; // times the highest of the others

export function element(name, attributes = {}, text = null) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== null) made.textContent = text;
  return made;
}

function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function ago(seconds) {
  return seconds < 120 ? `−${Math.round(seconds)} s` : `−${Math.round(seconds / 6) / 10} min`;
}

/** The next number at or above a value whose half is round too. */
export function roundUp(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 4, 6, 8, 10]) if (value <= step * power) return step * power;
  return 10 * power;
}

export function number(value) {
  if (value === null || value === undefined) return '–';
  const digits = value !== 0 && Math.abs(value) < 10 && value % 1 !== 0 ? 1 : 0;
  return value.toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits});
}

export function milliseconds(value) {
  if (value === null || value === undefined) return '–';
  return value >= 10000 ? `${number(value / 1000)} s` : `${number(value)} ms`;
}

/**
 * The height of an axis. A few values far above all others, as at a start, do not make the rest flat:
 * they are cut, and the chart says how high they were. The latest values are never cut.
 */
export function height(lines, floor) {
  const present = values => values.filter(value => value !== null);
  const sorted = present(lines.flat()).sort((a, b) => a - b);
  const highest = sorted[sorted.length - 1] ?? 0;
  const usual = Math.max(sorted[Math.floor(sorted.length * (1 - SPIKES))] ?? 0, floor);
  const latest = Math.max(...present(lines.flatMap(values => values.slice(-BRIDGED))));
  return Math.max(roundUp(highest > STANDS_OUT * usual ? Math.max(1.25 * usual, latest) : highest), floor);
}

/**
 * A chart of one or two lines.
 *
 * spec: {title, unit, format, lines: [{label, column}], floor (least height of the axis)}
 * pointed: called with the index of the sample that is pointed at, or null
 */
export class Chart {
  constructor(spec, pointed) {
    this.spec = spec;
    this.pointed = pointed;
    this.samples = [];
    this.cross = null;
    this.root = element('article', {class: 'card chart', id: `chart-${spec.id}`});
    const head = element('div', {class: 'head'});
    head.append(element('h3', {}, spec.title));
    this.value = element('p', {class: 'value'});
    head.append(this.value);
    this.legend = element('p', {class: 'legend'});
    this.picture = svg('svg', {role: 'img', tabindex: '0', focusable: 'true'});
    this.root.append(head, this.legend, this.picture);
    this.picture.addEventListener('pointermove', event => this.point(event));
    this.picture.addEventListener('pointerleave', () => pointed(null));
    this.picture.addEventListener('blur', () => pointed(null));
    this.picture.addEventListener('keydown', event => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.picture);
  }

  /** Shows samples; span is the time shown, in samples. */
  show(samples, span, cross) {
    this.samples = samples;
    this.span = span;
    this.cross = cross;
    this.draw();
  }

  point(event) {
    const box = this.picture.getBoundingClientRect();
    const share = (event.clientX - box.left - MARGIN.left) / (box.width - MARGIN.left - MARGIN.right);
    this.pointed(this.index(Math.round(share * (this.span - 1))), false);
  }

  key(event) {
    const last = this.samples.length - 1;
    const at = this.cross === null ? last : this.cross;
    const moves = {ArrowLeft: at - 1, ArrowRight: at + 1, PageUp: at - 10, PageDown: at + 10, Home: 0, End: last};
    if (event.key === 'Escape') this.pointed(null);
    else if (event.key in moves && last >= 0) {
      event.preventDefault();
      this.pointed(Math.max(0, Math.min(last, moves[event.key])), true);
    }
  }

  /** The sample at a place of the time shown, the latest being at its right end. */
  index(place) {
    const index = place - (this.span - this.samples.length);
    return index < 0 || index >= this.samples.length ? null : index;
  }

  draw() {
    const width = this.picture.clientWidth;
    const bottom = this.picture.clientHeight;
    if (!width || !this.span) return;
    const values = this.spec.lines.map(line => this.samples.map(sample => sample[line.column]));
    const highest = Math.max(0, ...values.flat().filter(value => value !== null));
    const top = height(values, this.spec.floor ?? 1);
    const x = index =>
      MARGIN.left + (width - MARGIN.left - MARGIN.right) * (index + this.span - this.samples.length) / (this.span - 1);
    const y = value => MARGIN.top + (bottom - MARGIN.top - MARGIN.bottom) * (1 - Math.min(value, top) / top);
    this.picture.replaceChildren();
    this.picture.setAttribute('viewBox', `0 0 ${width} ${bottom}`);
    for (const value of [0, top / 2, top]) {
      this.picture.append(svg('line', {class: 'grid-line', x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value)}));
    }
    values.forEach((line, i) => this.line(line, i, x, y));
    for (const value of [top / 2, top]) this.label(MARGIN.left, y(value) + 11, 'start', this.spec.format(value));
    if (highest > top) this.label(width - MARGIN.right, MARGIN.top + 11, 'end', `up to ${this.spec.format(highest)}`);
    this.label(MARGIN.left, bottom - 4, 'start', ago(this.span));
    this.label(width / 2, bottom - 4, 'middle', ago(this.span / 2));
    this.label(width - MARGIN.right, bottom - 4, 'end', 'now');
    this.mark(values, x, y, bottom);
    this.say(values);
  }

  label(atX, atY, anchor, text) {
    const made = svg('text', {class: 'axis', x: atX, y: atY, 'text-anchor': anchor});
    made.textContent = text;
    this.picture.append(made);
  }

  /** The parts of a line: places and values, broken where nothing was measured for long. */
  static runs(values) {
    const runs = [];
    let last = null;
    values.forEach((value, i) => {
      if (value === null) return;
      if (last === null || i - last > BRIDGED) runs.push([]);
      runs[runs.length - 1].push([i, value]);
      last = i;
    });
    return runs;
  }

  line(values, which, x, y) {
    let path = '';
    let area = '';
    for (const run of Chart.runs(values)) {
      const points = run.map(([i, value]) => `${x(i).toFixed(1)} ${y(value).toFixed(1)}`);
      path += `M${points.join('L')}${points.length === 1 ? 'h.01' : ''}`;
      const [first, end] = [x(run[0][0]), x(run[run.length - 1][0])];
      area += `M${first.toFixed(1)} ${y(0)}L${points.join('L')}L${end.toFixed(1)} ${y(0)}Z`;
    }
    if (which === 0) this.picture.append(svg('path', {class: 'area', d: area}));
    this.picture.append(svg('path', {class: which === 0 ? 'first' : 'second-line', d: path}));
  }

  mark(values, x, y, height) {
    if (this.cross === null || this.cross >= this.samples.length) return;
    const at = x(this.cross);
    this.picture.append(svg('line', {class: 'cross', x1: at, x2: at, y1: MARGIN.top, y2: height - MARGIN.bottom}));
    values.forEach((line, i) => {
      const value = line[this.cross];
      if (value !== null) {
        this.picture.append(svg('circle', {class: i === 0 ? 'at' : 'at of-second', cx: at, cy: y(value), r: 4}));
      }
    });
  }

  /** The value in large, the legend, and what a screen reader is told. */
  say(values) {
    const at = this.cross ?? this.latest();
    const texts = this.spec.lines.map((line, i) => this.spec.format(values[i][at] ?? null));
    this.value.replaceChildren(texts[0]);
    if (this.spec.unit) this.value.append(' ', element('span', {class: 'unit'}, this.spec.unit));
    this.legend.replaceChildren();
    this.spec.lines.forEach((line, i) => {
      const single = this.spec.lines.length === 1;
      const text = single ? line.label : `${line.label} ${texts[i]}`;
      this.legend.append(element('span', {class: single ? 'plain' : i === 0 ? 'first-key' : 'second'}, text));
    });
    this.picture.setAttribute('aria-label', `${this.spec.title}: ${this.text(at)}. Arrow keys read earlier values.`);
  }

  /** The latest sample with a value, as far as lines are bridged. */
  latest() {
    const last = this.samples.length - 1;
    for (let i = last; i >= Math.max(0, last - BRIDGED); i--) {
      if (this.samples[i][this.spec.lines[0].column] !== null) return i;
    }
    return last;
  }

  /** A sample in words. */
  text(at) {
    return this.spec.lines
      .map(line => `${line.label} ${this.spec.format(this.samples[at]?.[line.column] ?? null)}`)
      .join(', ');
  }
}
