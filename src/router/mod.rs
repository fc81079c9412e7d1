//! Broker and dealer.
