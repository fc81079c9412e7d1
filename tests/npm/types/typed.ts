// The API with a registry of URIs that the application adds.

import { connect, Result } from 'wamp-wasm';
import type { Publication } from 'wamp-wasm';

declare module 'wamp-wasm' {
    interface Procedures {
        'com.example.add': (a: number, b: number) => number;
        'com.example.now': () => string;
    }
    interface Topics {
        'com.example.chat': [text: string, from: string];
        'com.example.tick': { args: [price: number]; kwargs: { symbol: string } };
    }
}

export async function use(): Promise<void> {
    const session = await connect({ url: 'ws://localhost', realm: 'realm1' });

    const sum: number = await session.call('com.example.add', [2, 3]);
    const now: string = await session.call('com.example.now');
    // @ts-expect-error b is missing
    await session.call('com.example.add', [2]);
    // @ts-expect-error a and b are missing
    await session.call('com.example.add');
    // @ts-expect-error not numbers
    await session.call('com.example.add', ['2', '3']);
    // @ts-expect-error the result is a number
    const wrong: string = await session.call('com.example.add', [2, 3]);

    await session.register('com.example.add', ([a, b]) => a + b);
    await session.register('com.example.add', async ([a, b]) => new Result([a + b]));
    // @ts-expect-error the result has to be a number
    await session.register('com.example.add', ([a, b]) => `${a}${b}`);

    session.publish('com.example.chat', ['hi', 'joe']);
    const publication: Publication = await session.publish('com.example.chat', ['hi', 'joe'], {}, { acknowledge: true });
    session.publish('com.example.tick', [1.5], { symbol: 'X' });
    // @ts-expect-error from is missing
    session.publish('com.example.chat', ['hi']);
    // @ts-expect-error the symbol is missing
    session.publish('com.example.tick', [1.5], {});

    await session.subscribe('com.example.chat', ([text, from]) => console.log(text.length, from.length));
    await session.subscribe('com.example.tick', ([price], { symbol }) => console.log(price.toFixed(), symbol.length));
    // @ts-expect-error the price is a number
    await session.subscribe('com.example.tick', ([price]) => price.length);
    for await (const { args: [text] } of await session.subscribe('com.example.chat')) console.log(text.length);

    console.log(sum, now, wrong, publication.id, await session.call('com.other', [{}]));
}
