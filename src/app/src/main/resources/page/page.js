// Fetches figures every second and draws them; asks questions.

import {Chart, element, milliseconds, number} from './chart.js';
import {answered, sentence, waiting} from './journey.js';

const byId = id => document.getElementById(id);

const CHARTS = [
  {id: 'throughput', title: 'Throughput', unit: 'questions/s', format: number, floor: 10,
    lines: [{label: 'embeddings forwarded', column: 'questions_per_second'}]},
  {id: 'latency', title: 'Latency, end to end', unit: '', format: milliseconds, floor: 10,
    lines: [{label: 'p50', column: 'p50_ms'}, {label: 'p99', column: 'p99_ms'}]},
  {id: 'questions', title: 'Batch fill: questions', unit: 'a batch', format: number, floor: 4,
    lines: [{label: 'questions that run through the model together', column: 'batch_questions'}]},
  {id: 'tokens', title: 'Batch fill: tokens', unit: 'a batch', format: number, floor: 20,
    lines: [{label: 'no padding among them', column: 'batch_tokens'}]},
  {id: 'pending', title: 'Pending and consumer lag', unit: 'pending', format: number, floor: 10,
    lines: [{label: 'read, not answered', column: 'pending'}, {label: 'not read', column: 'lag'}]},
  {id: 'dead-letters', title: 'Dead letters', unit: 'since start', format: number, floor: 4,
    lines: [{label: 'none', column: 'dead_letters'}]},
];

let start = null; // of the process that the samples are from
let next = 0;
let samples = [];
let cross = null;
let paused = false;
let span = 600;

const SHORTEST = 60; // samples that a chart has room for from the start

const charts = CHARTS.map(spec => new Chart(spec, pointed));
byId('grid').append(...charts.map(chart => chart.root));

function shown() {
  return samples.slice(-span);
}

/** The time that the charts show: until the chosen one has passed, the time that there is. */
function time() {
  return Math.min(span, Math.max(SHORTEST, samples.length));
}

function draw() {
  const part = shown();
  charts.forEach(chart => chart.show(part, time(), cross));
  if (cross === null) byId('charts-title').textContent = title();
  if (byId('table-details').open) fillTable(part);
}

/** The same moment is marked in every chart; by the keyboard it is read out too. */
function pointed(index, read) {
  cross = index;
  draw();
  const part = shown();
  const late = index === null ? 0 : part.length - 1 - index;
  byId('charts-title').textContent =
    index === null ? title() : `${late === 0 ? 'now' : `${late} s ago`}, ${clock(part[index].at_ms)}`;
  if (read && index !== null) {
    const chart = charts.find(each => each.picture === document.activeElement);
    if (chart) byId('reading').textContent = `${late} seconds ago: ${chart.text(index)}`;
  }
}

function title() {
  const what = samples.length < span ? 'Since the start' : `Last ${span / 60} minutes`;
  return paused ? `${what}, paused` : what;
}

function clock(at) {
  return new Date(at).toLocaleTimeString('en-GB');
}

function fillTable(part) {
  const rows = CHARTS.flatMap(spec =>
    spec.lines.map(line => {
      const values = part.map(sample => sample[line.column]).filter(value => value !== null);
      const row = element('tr');
      const name = spec.lines.length > 1 ? `${spec.title}: ${line.label}` : spec.title;
      row.append(element('th', {scope: 'row'}, name));
      const now = part.length ? part[part.length - 1][line.column] : null;
      for (const value of [now, values.length ? Math.min(...values) : null, values.length ? Math.max(...values) : null]) {
        row.append(element('td', {}, spec.format(value)));
      }
      return row;
    }));
  byId('table').replaceChildren(...rows);
}

function take(answer) {
  if (answer.state.started_at_ms !== start) {
    start = answer.state.started_at_ms;
    samples = [];
  }
  for (const row of answer.rows) {
    samples.push(Object.fromEntries(answer.columns.map((column, i) => [column, row[i]])));
  }
  samples = samples.slice(-answer.kept);
  next = answer.next;
  fillRecent('recent', answer.recent.embeddings);
  fillRecent('dead', answer.recent.dead_letters);
}

function fillRecent(id, answers) {
  byId(`${id}-none`).hidden = answers.length > 0;
  byId(id).replaceChildren(...answers.map(latest => {
    const item = element('li');
    item.append(element('span', {class: 'id'}, latest.id || '(no id)'), element('span', {class: 'when'}, clock(latest.at_ms)));
    const place = element('span', {class: 'place'}, `${latest.place}, answered in ${milliseconds(latest.took_ms)}`);
    if (latest.reason) place.prepend(element('span', {class: 'reason'}, latest.reason), ', ');
    item.append(place);
    return item;
  }));
}

function describe(state) {
  const pill = byId('state');
  const text = state.healthy ? (state.ready ? state.state : `${state.state}, not ready`) : 'encoder unhealthy';
  if (byId('state-text').textContent !== text) byId('state-text').textContent = text;
  pill.className = `state ${state.ready ? 'good' : 'bad'}`;
  const facts = [
    ['model', state.model_id],
    ['precision', state.precision],
    ['vector', `${number(state.dimensions)} × ${state.vector_type}`],
    ['device', `${state.device}, ${number(state.workers)} worker${state.workers === 1 ? '' : 's'}`],
    ['promise', state.processing_guarantee.replaceAll('_', ' ').replace(' v2', '')],
  ];
  const list = facts.map(([name, value]) => {
    const pair = element('div');
    pair.append(element('dt', {}, name), element('dd', {}, value));
    return pair;
  });
  if (byId('facts').textContent !== list.map(pair => pair.textContent).join('')) byId('facts').replaceChildren(...list);
  byId('uptime').textContent = `${state.application_id}, version ${state.questream}, up ${duration(state.uptime_ms)}`;
  const reasons = Object.entries(state.dead_letters).map(([reason, count]) => `${reason} ${number(count)}`);
  CHARTS[5].lines[0].label = reasons.length ? reasons.join(', ') : 'none';
  CHARTS[3].lines[0].label = `of ${number(state.batch_token_limit)} at most, no padding`;
  byId('ask').hidden = !state.ask;
  byId('main').classList.toggle('asking', state.ask);
  byId('ask-topic').textContent = state.topics.questions;
}

function duration(ms) {
  const minutes = Math.floor(ms / 60000);
  if (minutes < 1) return `${Math.floor(ms / 1000)} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function trouble(message) {
  byId('trouble').hidden = !message;
  if (message && byId('trouble').textContent !== message) byId('trouble').textContent = message;
  if (message) {
    byId('state').className = 'state bad';
    byId('state-text').textContent = 'no answer';
  }
}

let lastAnswer = Date.now();

async function poll() {
  try {
    const response = await fetch(`api/figures?from=${next}`, {signal: AbortSignal.timeout(5000)});
    if (!response.ok) throw new Error(`status ${response.status}`);
    const answer = await response.json();
    take(answer);
    lastAnswer = Date.now();
    trouble(null);
    describe(answer.state);
    if (!paused) draw();
  } catch (failure) {
    trouble(`The instance has not answered since ${clock(lastAnswer)}. The page keeps trying.`);
  }
}

/** Not while nobody looks. */
async function keepPolling() {
  if (!document.hidden) await poll();
  setTimeout(keepPolling, 1000);
}

document.addEventListener('visibilitychange', () => document.hidden || poll());

for (const choice of document.querySelectorAll('input[name="range"]')) {
  choice.addEventListener('change', () => {
    span = Number(choice.value);
    pointed(null);
  });
}

byId('pause').addEventListener('click', () => {
  paused = !paused;
  byId('pause').setAttribute('aria-pressed', String(paused));
  pointed(null);
});

byId('table-details').addEventListener('toggle', draw);

function status(text, bad) {
  byId('ask-status').textContent = text;
  byId('ask-status').classList.toggle('bad', bad);
}

function result(...parts) {
  byId('result').replaceChildren(...parts);
  byId('result').hidden = parts.length === 0;
}

async function ask(text) {
  const response = await fetch('api/ask', {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({text}),
  });
  const type = response.headers.get('Content-Type') ?? '';
  const answer = type.startsWith('application/json') ? await response.json() : {error: await response.text()};
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/** Enter sends, as in a line; with Shift it makes a new one. */
byId('question').addEventListener('keydown', event => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (!byId('ask-button').disabled) byId('ask-form').requestSubmit();
  }
});

byId('ask-form').addEventListener('submit', async event => {
  event.preventDefault();
  const text = byId('question').value.trim();
  if (!text) {
    status('Type a question first.', true);
    byId('question').focus();
    return;
  }
  byId('ask-button').disabled = true;
  byId('ask-hint').hidden = true;
  status('On its way …', false);
  result(waiting());
  try {
    const journey = await ask(text);
    result(...answered(journey));
    status(sentence(text, journey), !journey.embedding);
  } catch (failure) {
    result();
    status(failure.message, true);
  } finally {
    byId('ask-button').disabled = false;
  }
});

keepPolling();
