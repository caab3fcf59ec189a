"""httpbin for gunicorn. It echoes request fields, so those that a proxy adds or takes out are taken out first."""

from httpbin import app as httpbin

CHANGED = {"HTTP_VIA", "HTTP_FORWARDED", "HTTP_TRACEPARENT", "HTTP_X_REQUEST_ID",
           "HTTP_CONNECTION", "HTTP_KEEP_ALIVE", "HTTP_TE"}
COMPRESSED = {"/gzip", "/deflate", "/brotli"}  # their lengths would depend on the echoed port


def app(environ, start_response):
    for name in [name for name in environ if name in CHANGED or name.startswith("HTTP_X_FORWARDED_")]:
        del environ[name]
    if environ["PATH_INFO"] in COMPRESSED:
        environ["HTTP_HOST"] = "httpbin"
    return httpbin(environ, start_response)
