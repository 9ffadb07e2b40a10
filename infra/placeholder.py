# What the service runs before its first deployment. Events are refused, so that Pub/Sub keeps them.
import http.server, os

class Placeholder(http.server.BaseHTTPRequestHandler):
    def answer(self, status):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        text = b"Nothing is deployed here yet: run infra/deploy.\n"
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self): self.answer(200)
    def do_POST(self): self.answer(503)

http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Placeholder).serve_forever()
