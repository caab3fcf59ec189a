#include "core/diff/response_diff.hpp"

#include "core/base/ascii.hpp"
#include "core/base/content_hash.hpp"
#include "core/diff/excerpt.hpp"
#include "core/diff/header_diff.hpp"
#include "core/diff/json_diff.hpp"
#include "core/http/content_coding.hpp"

namespace understudy::diff {
namespace {

constexpr std::string_view kContentTypePath = "header:Content-Type";

/// Everything after the media type, in one spelling: "; charset=utf-8".
std::string parameters_of(std::string_view content_type) {
  const auto semicolon = content_type.find(';');
  if (semicolon == std::string_view::npos) return {};
  std::string out;
  for (const char c : to_lower(content_type.substr(semicolon)))
    if (c != ' ' && c != '\t' && c != '"') out += c;
  return out;
}

void diff_content_type(const http::Fields& recorded, const http::Fields& replayed, DifferenceSink& sink) {
  const auto before = recorded.find("Content-Type");
  const auto after = replayed.find("Content-Type");
  if (!before && !after) return;
  sink.count_leaves(1);
  if (before && !after) {
    sink.add_values(Kind::header_missing, kContentTypePath, *before, "");
  } else if (!before) {
    sink.add_values(Kind::header_added, kContentTypePath, "", *after);
  } else if (media_type_of(recorded) != media_type_of(replayed)) {
    sink.add_values(Kind::content_type_changed, kContentTypePath, *before, *after);
  } else if (parameters_of(*before) != parameters_of(*after)) {
    sink.add_values(Kind::header_changed, kContentTypePath, *before, *after);
  }
}

bool looks_like_json(const http::Fields& fields, std::string_view body) noexcept {
  const auto type = media_type_of(fields);
  if (!type.empty()) return is_json_type(type);
  const auto start = body.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && (body[start] == '{' || body[start] == '[');
}

void diff_bytes(std::string_view recorded, std::string_view replayed, DifferenceSink& sink) {
  sink.count_leaves(1);
  if (recorded == replayed) return;
  const auto lines = first_different_lines(recorded, replayed);
  sink.add({Kind::body_changed,
            "",
            excerpt(lines.recorded),
            excerpt(lines.replayed),
            ValueClass::text,
            ValueClass::text,
            {content_hash(recorded), content_hash(replayed)},
            false});
}

void diff_decoded(const http::Response& recorded, std::string_view before, std::string_view after,
                  DifferenceSink& sink) {
  // The trees are reused: a replay compares millions of bodies on one thread.
  static thread_local JsonTree before_tree;
  static thread_local JsonTree after_tree;
  if (before.empty() && after.empty()) return;
  if (!looks_like_json(recorded.head.fields, before) || !before_tree.parse(before))
    return diff_bytes(before, after, sink);
  if (before == after) return sink.count_leaves(before_tree.root().leaves);
  if (!after_tree.parse(after)) return diff_bytes(before, after, sink);
  diff_json(before_tree, after_tree, sink);
}

void diff_bodies(const http::Response& recorded, const http::Response& replayed,
                 const CompareOptions& options, DifferenceSink& sink) {
  if (!options.body_recorded) return sink.skip_body("body_not_recorded");
  const auto recorded_coding = http::content_encoding_of(recorded.head.fields);
  const auto replayed_coding = http::content_encoding_of(replayed.head.fields);
  const http::DecodeLimits limits{.output_bytes = options.body_bytes_max};
  const auto decode = [&limits](const std::string& coding, const http::Response& response,
                                std::string& storage) -> std::optional<std::string_view> {
    if (coding.empty() || response.body.empty()) return response.body;
    auto decoded = http::decode_content(coding, response.body, limits);
    if (!decoded) return std::nullopt;
    storage = std::move(*decoded);
    return storage;
  };
  std::string before_storage;
  std::string after_storage;
  const auto before = decode(recorded_coding, recorded, before_storage);
  const auto after = decode(replayed_coding, replayed, after_storage);
  if (!before || !after) {
    if (recorded_coding == replayed_coding && recorded.body == replayed.body) return sink.count_leaves(1);
    return sink.skip_body("encoding");
  }
  if (before->size() > options.body_bytes_max || after->size() > options.body_bytes_max) {
    if (*before == *after) return sink.count_leaves(1);
    return sink.skip_body("size");
  }
  diff_decoded(recorded, *before, *after, sink);
}

}  // namespace

std::string media_type_of(const http::Fields& fields) {
  const auto value = fields.find("Content-Type");
  return value ? to_lower(trim(value->substr(0, value->find(';')))) : std::string();
}

bool is_json_type(std::string_view media_type) noexcept {
  return media_type == "application/json" || media_type == "text/json" || media_type.ends_with("+json");
}

Comparison compare(const http::Response& recorded, const http::Response& replayed,
                   const CompareOptions& options) {
  DifferenceSink sink(options.times);
  sink.count_leaves(1);
  if (recorded.head.status != replayed.head.status) {
    sink.add_values(Kind::status_changed, "status", std::to_string(recorded.head.status),
                    std::to_string(replayed.head.status));
    return sink.take();
  }
  diff_content_type(recorded.head.fields, replayed.head.fields, sink);
  diff_headers(recorded.head.fields, replayed.head.fields, sink);
  diff_bodies(recorded, replayed, options, sink);
  return sink.take();
}

}  // namespace understudy::diff
