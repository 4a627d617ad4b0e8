"""A web site for the crawler's tests, on 127.0.0.1, that behaves like the real ones and logs every request."""
