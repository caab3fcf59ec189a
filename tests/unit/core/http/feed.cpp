#include "tests/unit/core/http/feed.hpp"

#include <algorithm>

namespace understudy::http {
namespace {

std::string version_text(Version version) { return version == Version::http_1_0 ? " 1.0" : " 1.1"; }

// What has arrived and is not yet consumed, and where the message stands.
struct Connection {
  std::string buffer;
  bool head_complete = false;
};

template <class Parser>
void drive(Parser& parser, Connection& connection, Seen& seen) {
  while (seen.end == Seen::End::incomplete) {
    if (!connection.head_complete) {
      const auto step = parser.parse_head(connection.buffer);
      if (!step) {
        seen.end = Seen::End::error;
        seen.error = step.error();
        return;
      }
      connection.buffer.erase(0, step->consumed);
      if (!step->complete) return;
      connection.head_complete = true;
    }
    const auto step = parser.parse_body(connection.buffer);
    if (!step) {
      seen.end = Seen::End::error;
      seen.error = step.error();
      return;
    }
    seen.body.append(step->data);
    connection.buffer.erase(0, step->consumed);
    if (step->complete) seen.end = Seen::End::complete;
    if (step->consumed == 0) return;
  }
}

template <class Parser>
Connection feed(Parser& parser, std::string_view raw, const Pieces& pieces, Seen& seen) {
  Connection connection;
  auto piece = pieces.begin();
  while (!raw.empty() && seen.end == Seen::End::incomplete) {
    const auto size = piece == pieces.end() ? raw.size() : std::min(*piece++, raw.size());
    connection.buffer.append(raw.substr(0, size));
    raw.remove_prefix(size);
    drive(parser, connection, seen);
  }
  if (seen.end == Seen::End::complete) seen.rest = connection.buffer + std::string(raw);
  return connection;
}

template <class Parser>
void note_head(Parser& parser, const Connection& connection, Seen& seen) {
  if (!connection.head_complete) return;
  seen.fields = text_of(parser.head().fields);
  seen.framing = parser.framing();
  seen.keep_alive = parser.keep_alive();
  if (seen.end == Seen::End::complete) seen.trailers = text_of(parser.trailers());
}

}  // namespace

std::string text_of(const Fields& fields) {
  std::string text;
  for (const auto field : fields) text.append(field.name).append(": ").append(field.value).append("\n");
  return text;
}

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  constexpr const char* kEnds[] = {"complete", "incomplete", "error"};
  return out << kEnds[static_cast<int>(seen.end)] << " " << seen.error.message() << " [" << seen.start_line
             << "] {" << seen.fields << "} body(" << seen.body.size() << ")=" << seen.body.substr(0, 80)
             << " trailers{" << seen.trailers << "} rest=" << seen.rest.substr(0, 80) << " framing "
             << static_cast<int>(seen.framing.kind) << "/" << seen.framing.length << " keep "
             << seen.keep_alive;
}

Pieces whole() { return {}; }

Pieces byte_by_byte(std::size_t size) { return Pieces(size, 1); }

Pieces random_pieces(std::size_t size, std::mt19937& random) {
  Pieces pieces;
  std::uniform_int_distribution<std::size_t> length(1, std::max<std::size_t>(2, size / 3));
  for (std::size_t sum = 0; sum < size; sum += pieces.back()) pieces.push_back(length(random));
  return pieces;
}

Seen feed_request(std::string_view raw, const Pieces& pieces, const Limits& limits, RequestParser* reused) {
  RequestParser fresh(limits);
  RequestParser& parser = reused ? *reused : fresh;
  parser.reset();
  Seen seen;
  const auto connection = feed(parser, raw, pieces, seen);
  note_head(parser, connection, seen);
  if (connection.head_complete) {
    seen.start_line = parser.head().method + " " + parser.head().target + version_text(parser.head().version);
    seen.expects_continue = parser.expects_continue();
  }
  return seen;
}

Seen feed_response(std::string_view raw, const Pieces& pieces, std::string_view method,
                   const Limits& limits) {
  ResponseParser parser(limits);
  parser.reset(method);
  Seen seen;
  const auto connection = feed(parser, raw, pieces, seen);
  if (seen.end == Seen::End::incomplete) {
    const auto finished = parser.finish();
    seen.end = finished ? Seen::End::complete : Seen::End::error;
    if (!finished) seen.error = finished.error();
  }
  note_head(parser, connection, seen);
  if (connection.head_complete)
    seen.start_line = std::to_string(parser.head().status) + " " + parser.head().reason +
                      version_text(parser.head().version);
  return seen;
}

}  // namespace understudy::http
