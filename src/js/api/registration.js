// @ts-check
// A registration as its endpoint's owner sees it.

export class Registration {
    #kept;
    #unregister;

    /**
     * @param {string} procedure @param {Function} endpoint @param {Record<string, any>} options
     * @param {any} session @param {number} id
     * @param {import('./handles.js').Kept} kept @param {() => Promise<void>} unregister
     */
    constructor(procedure, endpoint, options, session, id, kept, unregister) {
        this.procedure = procedure;
        this.endpoint = endpoint;
        this.options = options;
        this.session = session;
        this.id = id;
        this.active = true;
        this.on_unregister = kept.revoked.promise;
        this.#kept = kept;
        this.#unregister = unregister;
    }

    get state() {
        return this.#kept.state;
    }

    unregister() {
        return this.#unregister();
    }
}
