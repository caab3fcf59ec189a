#include "tests/unit/core/http/roundtrip.hpp"

#include "core/http/forward.hpp"
#include "core/http/hop_by_hop.hpp"
#include "core/http/parser.hpp"
#include "core/http/serializer.hpp"
#include "tests/unit/core/http/feed.hpp"
#include "tests/unit/core/http/lenient_reader.hpp"

#include <array>
#include <type_traits>

namespace understudy::http {
namespace {

constexpr std::uint64_t kBodyBytesMax = 4096;

/// Fields that forwarding writes itself or may change.
bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 9> kOurs = {
      "Host",         "Via",  "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded",
      "Max-Forwards", "Date", "Trailer"};
  for (const auto ours : kOurs)
    if (iequals(name, ours)) return true;
  return false;
}

/// The fields that have to arrive as they came, in their order.
template <class Head>
std::string untouched(const Head& head) {
  const HopByHopFilter filter(head.fields);
  const bool no_expectation = std::is_same_v<Head, RequestHead> && head.version == Version::http_1_0;
  std::string text;
  for (std::size_t at = 0; at < head.fields.size(); ++at) {
    const auto field = head.fields[at];
    if (!filter.drops(at) && !is_ours(field.name) && !(no_expectation && iequals(field.name, "Expect")))
      text.append(field.name).append(": ").append(field.value).append("\n");
  }
  return text;
}

std::string body_of(const BodyFraming& framing) {
  if (framing.kind == BodyFraming::Kind::length) return std::string(framing.length, 'b');
  return framing.kind == BodyFraming::Kind::none ? "" : "body";
}

std::string framed(std::string wire, const BodyFraming& framing) {
  if (framing.kind != BodyFraming::Kind::chunked) return wire + body_of(framing);
  append_chunk(wire, body_of(framing));
  append_last_chunk(wire, {});
  return wire;
}

/// A body that a test can hold.
BodyFraming small(const BodyFraming& framing) {
  return framing.length > kBodyBytesMax ? BodyFraming::of_length(kBodyBytesMax) : framing;
}

std::string broken_for_careless_readers(std::string_view wire, const BodyFraming& framing, Names names) {
  const auto seen = read_leniently(wire, names);
  if (seen.size != wire.size()) return "a careless reader sees another end of the head";
  const bool chunked = framing.kind == BodyFraming::Kind::chunked;
  const bool length = framing.kind == BodyFraming::Kind::length;
  if (seen.transfer_encodings != std::vector<std::string>(chunked ? 1 : 0, "chunked"))
    return "Transfer-Encoding is not exactly one chunked";
  if (seen.content_lengths != std::vector<std::string>(length ? 1 : 0, std::to_string(framing.length)))
    return "Content-Length is not exactly the one";
  return {};
}

/// Reads one head; false when it is refused or incomplete.
bool read_head(RequestParser& parser, std::string_view raw) {
  parser.reset();
  auto step = parser.parse_head(raw);
  if (step && !step->complete && step->consumed != 0) step = parser.parse_head(raw.substr(step->consumed));
  return step && step->complete;
}

struct Hop {
  std::string head;
  BodyFraming framing;
};

Hop forward_once(RequestParser& parser) {
  Hop hop{{}, small(parser.framing())};
  ForwardRequest options;
  options.client_address = "192.0.2.1";
  options.default_host = "origin";
  append_forwarded_head(hop.head, parser.head(), hop.framing, options);
  return hop;
}

std::string broken_hop(RequestParser& parser, const Limits& limits, std::string& wire) {
  const auto before = untouched(parser.head());
  const auto method = parser.head().method;
  const std::string query(target_query(parser.head().target));
  const auto hop = forward_once(parser);
  wire = framed(hop.head, hop.framing);
  if (auto broken = broken_for_careless_readers(hop.head, hop.framing, Names::cgi); !broken.empty())
    return broken;
  if (read_leniently(hop.head, Names::cgi).hosts != 1) return "not exactly one Host";
  const auto seen = feed_request(wire + "GET", whole(), limits);
  if (seen.end != Seen::End::complete) return "what was forwarded is not accepted: " + seen.error.message();
  if (seen.rest != "GET" || seen.body != body_of(hop.framing)) return "the body has another end";
  if (seen.framing != hop.framing) return "another framing";
  if (!seen.start_line.starts_with(method + " ")) return "another method";
  if (!read_head(parser, wire)) return "the forwarded head is not accepted";
  if (target_query(parser.head().target) != query) return "another query";
  if (untouched(parser.head()) != before) return "fields have changed";
  return {};
}

}  // namespace

std::string broken_by_forwarding_request(std::string_view raw, const Limits& limits) {
  Limits wider = limits;  // two hops add fields
  wider.head_bytes += 2048;
  wider.field_count += 16;
  RequestParser first(limits);
  if (!read_head(first, raw)) return {};
  RequestParser parser(wider);
  if (!read_head(parser, raw)) return "wider limits refuse it";
  std::string wire;
  if (auto broken = broken_hop(parser, wider, wire); !broken.empty()) return broken;
  if (auto broken = broken_hop(parser, wider, wire); !broken.empty()) return "second hop: " + broken;
  return {};
}

std::string broken_by_forwarding_response(std::string_view raw, const Limits& limits) {
  ResponseParser parser(limits);
  parser.reset("GET");
  const auto step = parser.parse_head(raw);
  if (!step || !step->complete) return {};
  const auto status = parser.head().status;
  if (status < 200 || status == 204 || status == 304) return {};  // no body, whatever they say
  const auto before = untouched(parser.head());
  const bool to_close = parser.framing().kind == BodyFraming::Kind::until_close;
  const auto framing = to_close ? BodyFraming::chunked() : small(parser.framing());
  std::string head;
  append_forwarded_head(head, parser.head(), framing, ForwardResponse{});
  if (auto broken = broken_for_careless_readers(head, framing, Names::http); !broken.empty()) return broken;
  Limits wider = limits;
  wider.head_bytes += 1024;
  wider.field_count += 16;
  const auto seen = feed_response(framed(head, framing), whole(), "GET", wider);
  if (seen.end != Seen::End::complete) return "what was forwarded is not accepted: " + seen.error.message();
  if (seen.body != body_of(framing) || seen.framing != framing) return "the body has another end";
  parser = ResponseParser(wider);
  parser.reset("GET");
  if (const auto again = parser.parse_head(head); !again || !again->complete)
    return "the head is not accepted";
  if (parser.head().status != status) return "another status";
  if (untouched(parser.head()) != before) return "fields have changed";
  return {};
}

}  // namespace understudy::http
