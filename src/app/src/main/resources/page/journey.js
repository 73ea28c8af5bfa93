// A question that was asked here: its way, its vector, its nearest passages.

import {element, number} from './chart.js';

function precise(ms) {
  const digits = ms < 1000 ? 1 : 0;
  return `${ms.toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits})} ms`;
}

function item(name, took, note, kind) {
  const row = element('li', kind ? {class: kind} : {});
  const track = element('span', {class: 'track', 'aria-hidden': 'true'});
  row.append(element('span', {class: 'name'}, name), track, element('span', {class: 'took'}, took));
  if (note) row.append(element('span', {class: 'note'}, note));
  return [row, track];
}

function fill(track, from, width) {
  const bar = element('span', {class: 'fill'});
  bar.style.setProperty('--from', `${from}%`);
  bar.style.setProperty('--width', `${width}%`);
  track.append(bar);
}

/** While it is under way only the time is known. */
export function waiting() {
  const list = element('ol', {class: 'journey waiting', 'aria-hidden': 'true'});
  const [row, track] = item('travelling', '', null, null);
  fill(track, 0, 18);
  list.append(row);
  return list;
}

function way(journey) {
  const steps = journey.steps;
  const total = Math.max(...steps.map(step => step.at_ms));
  const list = element('ol', {class: 'journey', 'aria-label': 'The way of the question, in milliseconds'});
  for (const step of steps) {
    const [row, track] = item(step.name, precise(step.took_ms), step.note, null);
    fill(track, 100 * Math.max(0, step.at_ms - step.took_ms) / total, 100 * step.took_ms / total);
    row.title = `${precise(step.at_ms)} after it was sent`;
    list.append(row);
  }
  const sum = element('li', {class: 'total'});
  sum.append(element('span', {class: 'name'}, 'in all'), element('span'), element('span', {class: 'took'}, precise(total)));
  list.append(sum);
  return list;
}

function fact(list, name, value, monospaced) {
  list.append(element('dt', {}, name), element('dd', monospaced ? {class: 'mono'} : {}, value));
}

function facts(journey) {
  const list = element('dl', {class: 'result-facts'});
  const embedding = journey.embedding;
  if (embedding) {
    const whole = embedding.vector_type !== 'float32';
    const shown = embedding.embedding.map(value => value.toFixed(whole ? 0 : 4).replace('-', '−')).join('  ');
    fact(list, 'vector', `${shown}  …`, true);
    fact(list, '', `${number(embedding.dimensions)} dimensions, ${whole ? embedding.vector_type : `length ${embedding.norm.toFixed(4)}`}`);
    fact(
      list,
      'tokens',
      embedding.truncated
        ? `${number(embedding.token_count)} of ${number(embedding.original_token_count)}: the rest was cut`
        : number(embedding.token_count));
    fact(list, 'model', `${embedding.model_id}, ${embedding.precision}`);
    fact(list, 'record', `${embedding.source_topic}-${embedding.source_partition}@${embedding.source_offset}`);
  } else {
    fact(list, 'dead letter', journey.dead_letter.reason);
    fact(list, 'because', journey.dead_letter.message);
  }
  return list;
}

function passages(found) {
  const part = element('section', {'aria-labelledby': 'passages-title'});
  part.append(element('h3', {id: 'passages-title'}, 'Nearest passages'));
  const list = element('ol', {class: 'passages'});
  for (const passage of found) {
    const row = element('li');
    const text = element('span');
    text.append(element('strong', {}, passage.title), element('span', {class: 'text'}, passage.text));
    row.append(element('span', {class: 'score'}, passage.score.toFixed(4)), text);
    list.append(row);
  }
  part.append(list);
  return part;
}

/** Everything that is known of an answered question. */
export function answered(journey) {
  const parts = [way(journey)];
  if (!journey.here) {
    parts.push(element('p', {class: 'note'}, 'Another instance answered it: what it did in between is not known here.'));
  }
  parts.push(facts(journey));
  if (journey.passages) parts.push(passages(journey.passages));
  return parts;
}

/** The answer in a sentence, for the status line. */
export function sentence(text, journey) {
  const total = precise(Math.max(...journey.steps.map(step => step.at_ms)));
  return journey.embedding
    ? `Committed after ${total}: “${text}”`
    : `Went to the dead letters after ${total}: “${text}”`;
}
