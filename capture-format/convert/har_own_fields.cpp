#include "capture-format/convert/har_own_fields.hpp"

#include "capture-format/convert/base64.hpp"
#include "capture-format/convert/exchange_url.hpp"
#include "capture-format/convert/har_url.hpp"
#include "capture-format/convert/json_access.hpp"
#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/record_names.hpp"
#include "core/base/ascii.hpp"
#include "core/base/content_hash.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

namespace json = boost::json;

constexpr std::string_view kOwn = "_understudy";
constexpr std::size_t kFates = 5;
constexpr std::size_t kTruncations = 6;
constexpr std::size_t kOutcomes = 8;
constexpr std::uint64_t kPhaseNsMax = 1'000'000'000'000'000;  ///< longer ones no importer believes

template <class Enumerator>
std::optional<Enumerator> named(std::string_view name, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    if (name_of(static_cast<Enumerator>(i)) == name) return static_cast<Enumerator>(i);
  return std::nullopt;
}

void write_own_text(JsonWriter& out, std::string_view key, std::string_view bytes) {
  out.member(key, bytes);
  if (!is_utf8(bytes)) out.member(fmt::format("_{}Base64", key), base64_encode(bytes));
}

/// Header fields and extensions are both a name and a value.
template <class Pair>
void write_pairs(JsonWriter& out, std::string_view key, const std::vector<Pair>& pairs) {
  out.key(key).begin_array();
  for (const auto& [name, value] : pairs) {
    out.begin_object().member("name", name);
    write_own_text(out, "value", value);
    out.end_object();
  }
  out.end_array();
}

bool decodes_by_rule(const MessageView& message) {
  return !message.body.empty() && !header_value(message, "content-encoding").empty();
}

bool is_unhashed(const MessageView& message) {
  return message.body_hash == 0 && message.truncation == Truncation::none;
}

void write_message(JsonWriter& out, std::string_view prefix, const MessageView& message) {
  out.member(fmt::format("{}_truncation", prefix), name_of(message.truncation));
  if (is_unhashed(message)) out.member(fmt::format("{}_unhashed", prefix), true);
  if (message.content_decoded != decodes_by_rule(message))
    out.member(fmt::format("{}_decoded", prefix), message.content_decoded);
  if (!message.trailers.empty()) write_pairs(out, fmt::format("{}_trailers", prefix), message.trailers);
}

bool is_equal(const TimingsView& a, const TimingsView& b) noexcept {
  return a.request_done_ns == b.request_done_ns && a.connected_ns == b.connected_ns &&
         a.first_byte_ns == b.first_byte_ns && a.response_done_ns == b.response_done_ns;
}

void write_exact_timings(JsonWriter& out, const TimingsView& timings) {
  if (is_equal(timings, timings_by_phases(timings)) && timings.response_done_ns < kPhaseNsMax) return;
  out.key("timings_ns").begin_object().member("request_done", timings.request_done_ns);
  out.member("connected", timings.connected_ns).member("first_byte", timings.first_byte_ns);
  out.member("response_done", timings.response_done_ns).end_object();
}

// ---- Reading.

std::string_view keep_text(HarExchange& exchange, const json::object& source, std::string_view key) {
  auto exact = base64_decode(text_or_empty(source, fmt::format("_{}Base64", key)));
  return exchange.keep(exact && !exact->empty() ? *std::move(exact)
                                                : std::string(text_or_empty(source, key)));
}

bool is_field_text(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_importable_url(std::string_view url) {
  const auto scheme = to_lower(url.substr(0, url.find("://")));
  return (scheme == "http" || scheme == "https" || scheme == "ws" || scheme == "wss") &&
         split_url("http" + std::string(url.substr(scheme.size()))).has_value();
}

/// What an importer could have read itself: these three are kept without being scrubbed, and make URLs.
bool is_believable(const ExtensionView& entry) {
  if (entry.key == HarExtension::kScheme) return entry.value == "http" || entry.value == "https";
  if (entry.key == HarExtension::kUrl) return is_importable_url(entry.value);
  if (entry.key != HarExtension::kRequestVersion && entry.key != HarExtension::kResponseVersion) return true;
  return is_version_text(entry.value);
}
/// A trailer. A URL, in contrast, may hold anything.
bool is_believable(const HeaderView& field) { return is_field_text(field.value); }

template <class Pair>
void read_pairs(HarExchange& exchange, const json::object& own, std::string_view key, std::vector<Pair>& to) {
  if (!own.contains(json::string_view(key.data(), key.size())) ||
      array_or_empty(own, key).size() > kRepeatedMax)
    return;
  to.clear();
  for (const auto& item : array_or_empty(own, key)) {
    const auto* pair = item.if_object();
    if (pair == nullptr) continue;
    const auto name = exchange.keep(std::string(text_or_empty(*pair, "name")));
    const auto value = keep_text(exchange, *pair, "value");
    const Pair read{name, value};
    if (!name.empty() && is_field_text(name) && is_believable(read)) to.push_back(read);
  }
}

void read_message(HarExchange& exchange, const json::object& own, const std::string& prefix,
                  MessageView& message, std::optional<double> length) {
  const auto truncation = named<Truncation>(text_or_empty(own, prefix + "_truncation"), kTruncations);
  if (truncation && *truncation != Truncation::none) {
    message.truncation = *truncation;
    message.body_hash = 0;
    if (length && *length >= static_cast<double>(message.body.size()) && *length < 1e15)
      message.body_length = static_cast<std::uint64_t>(*length);
  } else if (truncation && message.truncation != Truncation::none) {
    // An announced length looked like a body that is missing.
    message.truncation = Truncation::none;
    message.body_length = message.body.size();
    message.body_hash = content_hash(message.body);
  }
  const auto* decoded = member_or_null(own, prefix + "_decoded");
  if (decoded != nullptr && decoded->is_bool()) message.content_decoded = decoded->get_bool();
  if (member_or_null(own, prefix + "_unhashed") != nullptr) message.body_hash = 0;
  read_pairs(exchange, own, prefix + "_trailers", message.trailers);
}

std::optional<std::uint64_t> unsigned_or_none(const json::object& source, std::string_view key) {
  const auto* value = member_or_null(source, key);
  boost::system::error_code error;
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto number = value->to_number<std::uint64_t>(error);
  return error ? std::nullopt : std::optional(number);
}

void read_exact_timings(TimingsView& timings, const json::object& own) {
  const auto* source = object_or_null(own, "timings_ns");
  if (source == nullptr) return;
  const auto take = [source](std::string_view key) { return unsigned_or_none(*source, key).value_or(0); };
  timings = {take("request_done"), take("connected"), take("first_byte"), take("response_done")};
}

/// A target that no URL can say: "*", or that of a CONNECT.
void read_target(HarExchange& exchange, const json::object& own) {
  const auto target = text_or_none(own, "target") ? keep_text(exchange, own, "target") : std::string_view();
  const bool sendable = std::all_of(target.begin(), target.end(),
                                    [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
  if (!target.empty() && sendable) exchange.view.request.target = target;
  if (!text_or_none(own, "authority")) return;
  const auto authority = keep_text(exchange, own, "authority");
  const auto parts = split_url("http://" + std::string(authority) + "/");
  if (authority.empty() || (parts && parts->authority == authority))
    exchange.view.request.authority = authority;
}

void read_mirrors(HarExchange& exchange, const json::object& own) {
  for (const auto& item : array_or_empty(own, "mirrors")) {
    const auto* source = item.if_object();
    if (source == nullptr || exchange.view.mirrors.size() == kRepeatedMax) continue;
    const auto outcome = named<MirrorOutcome>(text_or_empty(*source, "outcome"), kOutcomes);
    if (!outcome) continue;
    const auto reason = exchange.keep(std::string(text_or_empty(*source, "reason")));
    const auto target = exchange.keep(std::string(text_or_empty(*source, "target")));
    exchange.view.mirrors.push_back({*outcome, reason, target});
  }
}

void read_identity(HarExchange& exchange, const json::object& own) {
  auto& view = exchange.view;
  const auto key = text_or_empty(own, "session_key");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number, 16);
  if (!key.empty() && error == std::errc() && end == key.data() + key.size()) view.session_key = number;
  view.stream_id = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(unsigned_or_none(own, "stream_id").value_or(0), UINT32_MAX));
  const auto id = [&](std::string_view name, std::size_t size) -> std::string_view {
    auto bytes = base64_decode(text_or_empty(own, name));
    return bytes && bytes->size() == size ? exchange.keep(*std::move(bytes)) : std::string_view();
  };
  constexpr std::size_t kTraceIdBytes = 16;
  constexpr std::size_t kSpanIdBytes = 8;
  view.trace_id = id("trace_id", kTraceIdBytes);
  view.span_id = id("span_id", kSpanIdBytes);
}

}  // namespace

TimingsView timings_by_phases(const TimingsView& timings) noexcept {
  const auto sent = std::max(timings.request_done_ns, timings.connected_ns);
  const auto first = std::max(timings.first_byte_ns, sent);
  return {sent, timings.connected_ns, first, std::max(timings.response_done_ns, first)};
}

void write_own_fields(JsonWriter& out, const ExchangeView& exchange, std::string_view url) {
  out.key(kOwn).begin_object().member("fate", name_of(exchange.fate));
  out.member("scrub", name_of(exchange.scrub.state)).member("redactions", exchange.scrub.redactions);
  write_message(out, "request", exchange.request);
  if (exchange.has_response) write_message(out, "response", exchange.response);
  const auto parts = split_url(url);
  if (!parts || parts->target != exchange.request.target)
    write_own_text(out, "target", exchange.request.target);
  if (!parts || parts->authority != exchange.request.authority)
    write_own_text(out, "authority", exchange.request.authority);
  write_exact_timings(out, exchange.timings);
  if (exchange.session_key != 0) out.member("session_key", fmt::format("{:016x}", exchange.session_key));
  if (exchange.stream_id != 0) out.member("stream_id", exchange.stream_id);
  if (!exchange.trace_id.empty()) out.member("trace_id", base64_encode(exchange.trace_id));
  if (!exchange.span_id.empty()) out.member("span_id", base64_encode(exchange.span_id));
  write_pairs(out, "extensions", exchange.extensions);
  out.key("mirrors").begin_array();
  for (const auto& mirror : exchange.mirrors) {
    out.begin_object().member("target", mirror.target).member("outcome", name_of(mirror.outcome));
    out.member("reason", mirror.reason).end_object();
  }
  out.end_array().end_object();
}

void read_own_fields(HarExchange& exchange, const json::object& entry) {
  const auto* own = object_or_null(entry, kOwn);
  if (own == nullptr) return;
  auto& view = exchange.view;
  if (const auto fate = named<Fate>(text_or_empty(*own, "fate"), kFates)) view.fate = *fate;
  const auto* request = object_or_null(entry, "request");
  read_message(exchange, *own, "request", view.request,
               request == nullptr ? std::nullopt : number_or_none(*request, "bodySize"));
  if (view.has_response) {
    const auto* response = object_or_null(entry, "response");
    read_message(exchange, *own, "response", view.response,
                 response == nullptr ? std::nullopt : number_or_none(*response, "bodySize"));
  }
  read_target(exchange, *own);
  read_exact_timings(view.timings, *own);
  read_pairs(exchange, *own, "extensions", view.extensions);
  read_mirrors(exchange, *own);
  read_identity(exchange, *own);
}

}  // namespace understudy::capture
