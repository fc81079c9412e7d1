// The connection at a glance: the badge, the session's id, and – when something is wrong – what happened
// and what to do about it.

const BADGES = { connecting: 'Connecting …', open: 'Open', waiting: 'Waiting', refused: 'Refused' };
const SERVICE = {
  nobody: 'Nobody answers yet',
  serving: 'Answered by this window',
  standby: 'Answered by another window',
};

let countdown = 0;

/** Shows `{ name, session?, title?, cause?, advice?, retryAt?, action? }`; name is connecting, open, waiting or refused. */
export function showState({ name, session, title, cause, advice, retryAt, action }) {
  by('badge').dataset.state = name;
  by('badge-text').textContent = BADGES[name];
  by('session-id').textContent = session ?? 'none';
  clearInterval(countdown);
  by('badge-countdown').textContent = '';

  const notice = by('notice');
  // While it connects again, the notice stays: a flicker would move the page under the reader's eyes.
  if (name === 'connecting' && !notice.hidden) return;
  notice.hidden = !title;
  if (!title) return;
  notice.dataset.state = name;
  by('notice-title').textContent = title;
  by('notice-cause').textContent = cause ?? '';
  by('notice-advice').textContent = advice ?? '';
  by('notice-action').textContent = action.label;
  by('notice-action').onclick = action.run;
  if (!retryAt) return;
  countdown = setInterval(tick, 250, retryAt);
  tick(retryAt);
}

/** Shows who answers the procedures: 'nobody', 'serving' or 'standby'. */
export function showService(state) {
  by('service').dataset.state = state;
  by('service').textContent = SERVICE[state];
}

// Hidden from screen readers, which would announce every second.
function tick(retryAt) {
  const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
  by('badge-countdown').textContent = `${seconds} s`;
}

function by(id) {
  return document.getElementById(id);
}
