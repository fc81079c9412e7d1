// @ts-check
// A registration as its endpoint's owner sees it.

export class Registration {
    #unregister;

    /**
     * @param {string} procedure @param {Function} endpoint @param {Record<string, any>} options
     * @param {any} session @param {number} id
     * @param {{ revoked: Promise<any>, unregister: () => Promise<void> }} internal
     */
    constructor(procedure, endpoint, options, session, id, internal) {
        this.procedure = procedure;
        this.endpoint = endpoint;
        this.options = options;
        this.session = session;
        this.id = id;
        this.active = true;
        this.on_unregister = internal.revoked;
        this.#unregister = internal.unregister;
    }

    unregister() {
        return this.#unregister();
    }
}
