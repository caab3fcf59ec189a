#include "tests/conformance/http/rejoined.hpp"

#include "core/http/parser.hpp"
#include "core/http/serializer.hpp"

namespace understudy::test {
namespace {

/// Appends the body at the front of `rest` and whatever follows it.
template <class Parser>
void append_body(Parser& parser, std::string_view rest, std::string& out) {
  const bool chunked = parser.framing() == http::BodyFraming::chunked();
  std::string body;
  bool whole = false;
  while (!whole && !rest.empty()) {
    const auto step = parser.parse_body(rest);
    if (!step || (step->consumed == 0 && !step->complete)) break;
    body.append(step->data);
    rest.remove_prefix(step->consumed);
    whole = step->complete;
  }
  if (!chunked) {
    out.append(body).append(rest);
    return;
  }
  http::append_chunk(out, body);
  if (whole) http::append_last_chunk(out, parser.trailers());
  out.append(rest);
}

}  // namespace

std::string rejoined_request(const std::string& bytes) {
  http::RequestParser parser(http::Limits{});
  parser.reset();
  const auto head = parser.parse_head(bytes);
  if (!head || !head->complete) return bytes;
  auto out = bytes.substr(0, head->consumed);
  append_body(parser, std::string_view(bytes).substr(head->consumed), out);
  return out;
}

std::string rejoined_response(const std::string& bytes) {
  http::ResponseParser parser(http::response_limits());
  std::string_view rest = bytes;
  std::string out;
  for (;;) {
    parser.reset("GET");
    const auto head = parser.parse_head(rest);
    if (!head || !head->complete) return out.append(rest);
    out.append(rest.substr(0, head->consumed));
    rest.remove_prefix(head->consumed);
    if (parser.head().status >= 200) break;
  }
  append_body(parser, rest, out);
  return out;
}

}  // namespace understudy::test
