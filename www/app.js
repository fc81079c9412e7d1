// Puts the page together: one link to the router for the user, one for the service that answers the
// procedures, and the panels. Nothing here knows how a panel looks, and no panel knows how to connect.

import { showState, showService } from './ui/badge.js';
import { Chat } from './ui/chat.js';
import { Latency } from './ui/latency.js';
import { Procedures } from './ui/procedures.js';
import { WireLog } from './ui/wire.js';
import { Link } from './link.js';
import { Service } from './service.js';
import { settings, secondWindowUrl, chooseSerializer } from './settings.js';

const wire = new WireLog(document);
const latency = new Latency(document);
const service = new Service(settings, wire.lane('service'), showService);
const chat = new Chat(document, settings);
const procedures = new Procedures(document, () => service.takeOver());

const link = new Link(settings, wire.lane('you'), {
  onstate(state) {
    showState(state);
    for (const button of document.querySelectorAll('[data-needs-session]')) {
      button.setAttribute('aria-disabled', String(state.name !== 'open'));
    }
  },
  onsession(session) {
    procedures.attach(session);
    latency.attach(session);
    if (session) service.open();
    return chat.attach(session);
  },
});

document.querySelector('#realm').textContent = settings.realm;
document.querySelector('#router-url').textContent = settings.url;
document.querySelector('#second-window').href = secondWindowUrl();
for (const choice of document.querySelectorAll('input[name=serializer]')) {
  choice.checked = choice.value === settings.serializer;
  choice.addEventListener('change', () => chooseSerializer(choice.value));
}

link.open();

// Leaving properly lets another window take over the procedures at once.
addEventListener('pagehide', () => {
  link.close();
  service.close();
});
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
