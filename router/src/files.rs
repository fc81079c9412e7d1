//! The files of the page and of the package. Never cached without asking: they change while somebody
//! develops.

use std::path::Path;

use axum::{
    Router,
    http::{HeaderValue, header},
    routing::get,
};
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

/// What is served at `/` when there is no directory for it.
const NO_PAGE: &str =
    "This is a WAMP router: connect to /ws. Start it with --www DIR to serve a page here.\n";

/// The routes of the directories that are to be served.
pub(crate) fn routes(www: Option<&Path>, pkg: Option<&Path>) -> Router {
    let mut routes = Router::new();
    if let Some(pkg) = pkg {
        routes = routes.nest_service("/pkg", ServeDir::new(pkg));
    }
    routes = match www {
        Some(www) => routes.fallback_service(ServeDir::new(www)),
        None => routes.route("/", get(|| async { NO_PAGE })),
    };
    let no_cache = HeaderValue::from_static("no-cache");
    let no_sniff = HeaderValue::from_static("nosniff");
    routes
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, no_cache))
        .layer(SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, no_sniff))
}
