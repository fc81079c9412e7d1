//! The closed sets of words that options choose from.
//! An unknown word is a wrong value of a known option, never ignored.

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All words of the set, as error messages show them.
            pub const WORDS: &'static str = concat!("one of", $(" '", $word, "'",)*);

            /// The word on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The member that this word names.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                [$(Self::$variant,)*].into_iter().find(|member| member.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}

words! {
    /// How the URI of a subscription or registration is matched.
    MatchPolicy {
        /// The URI itself.
        #[default]
        Exact = "exact",
        /// Every URI that begins with it.
        Prefix = "prefix",
        /// Every URI with as many components, where an empty component stands for any.
        Wildcard = "wildcard",
    }

    /// Which of several callees gets a call.
    InvocationPolicy {
        /// There is only one callee.
        #[default]
        Single = "single",
        /// Each in turn.
        RoundRobin = "roundrobin",
        /// Any, by chance.
        Random = "random",
        /// The one that registered first.
        First = "first",
        /// The one that registered last.
        Last = "last",
    }

    /// What a canceled call does to its callee.
    CancelMode {
        /// The caller is answered at once; the callee is told and owes no answer.
        #[default]
        KillNoWait = "killnowait",
        /// The callee is told, and the caller waits for its answer.
        Kill = "kill",
        /// The caller is answered at once; the callee is not told.
        Skip = "skip",
    }
}
