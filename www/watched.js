// A session as the panels use it, with every message written to the log. The log is made from what the
// API is given and gives back, so it shows the messages of WAMP and not the octets of a serializer.

/** The session's id and verbs; each verb writes what it sends and what comes back to `lane`. */
export function watched(session, lane) {
  /** Writes the request, waits, writes the reply or the ERROR, and hands both on. */
  async function ask(request, uri, payload, reply, run) {
    lane.sent(request, uri, ...payload);
    try {
      const answer = await run();
      lane.received(reply, uri, ...(reply === 'RESULT' ? [[answer]] : []));
      return answer;
    } catch (error) {
      if (error?.uri) lane.received('ERROR', error.uri, error.args, error.kwargs);
      throw error;
    }
  }

  return {
    id: session.id,

    subscribe: (topic, handler) =>
      ask('SUBSCRIBE', topic, [], 'SUBSCRIBED', () =>
        session.subscribe(topic, (args, kwargs, event) => {
          lane.received('EVENT', topic, args, kwargs);
          return handler(args, kwargs, event);
        }),
      ),

    publish: (topic, args, kwargs) =>
      ask('PUBLISH', topic, [args, kwargs], 'PUBLISHED', () =>
        session.publish(topic, args, kwargs, { acknowledge: true, exclude_me: false }),
      ),

    call: (procedure, args, kwargs) =>
      ask('CALL', procedure, [args, kwargs], 'RESULT', () => session.call(procedure, args, kwargs)),
  };
}

/** An endpoint that writes what it is asked and what it answers. */
export function watchedEndpoint(procedure, endpoint, lane) {
  return (args, kwargs, invocation) => {
    lane.received('INVOCATION', procedure, args, kwargs);
    try {
      const answer = endpoint(args, kwargs, invocation);
      lane.sent('YIELD', procedure, [answer]);
      return answer;
    } catch (error) {
      lane.sent('ERROR', error.uri, error.args, error.kwargs);
      throw error;
    }
  };
}
