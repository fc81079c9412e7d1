//! Running a router where there is no server.
