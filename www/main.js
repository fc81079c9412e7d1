// Starts the page. It loads the application as a second step, so that a package that is not built, or a
// browser that is too old, becomes a sentence on the page instead of a blank one.

import { showState } from './ui/badge.js';

import('./app.js').catch((error) => {
  console.error(error);
  showState({
    name: 'refused',
    title: 'The page could not start',
    cause: String(error?.message ?? error),
    advice: 'If pkg/ is missing, run scripts/build and load this page again.',
    action: { label: 'Load again', run: () => location.reload() },
  });
});
