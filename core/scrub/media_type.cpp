#include "core/scrub/media_type.hpp"

#include "core/base/ascii.hpp"
#include "core/scrub/text_memo.hpp"

#include <algorithm>
#include <array>

namespace understudy::scrub {
namespace {

struct KnownType {
  std::string_view name;
  BodyKind kind;
};

constexpr std::array kKnownTypes = std::to_array<KnownType>({
    {"application/json", BodyKind::json},
    {"application/x-json", BodyKind::json},
    {"text/json", BodyKind::json},
    {"text/x-json", BodyKind::json},
    {"application/csp-report", BodyKind::json},
    {"application/manifest+json", BodyKind::json},
    {"application/x-ndjson", BodyKind::json_lines},
    {"application/ndjson", BodyKind::json_lines},
    {"application/jsonl", BodyKind::json_lines},
    {"application/jsonlines", BodyKind::json_lines},
    {"application/x-jsonlines", BodyKind::json_lines},
    {"application/json-seq", BodyKind::opaque},
    {"application/x-www-form-urlencoded", BodyKind::form},
    {"application/xml", BodyKind::markup},
    {"application/xhtml+xml", BodyKind::markup},
    {"text/xml", BodyKind::markup},
    {"text/html", BodyKind::markup},
    {"application/javascript", BodyKind::text},
    {"application/x-javascript", BodyKind::text},
    {"application/ecmascript", BodyKind::text},
    {"application/graphql", BodyKind::text},
    {"application/yaml", BodyKind::text},
    {"application/x-yaml", BodyKind::text},
    {"application/toml", BodyKind::text},
    {"application/sql", BodyKind::text},
    {"application/x-sh", BodyKind::text},
});

BodyKind body_kind_of(std::string_view type) {
  for (const auto& known : kKnownTypes)
    if (type == known.name) return known.kind;
  if (type.ends_with("+json")) return BodyKind::json;
  if (type.ends_with("+xml")) return BodyKind::markup;
  if (type.starts_with("text/")) return BodyKind::text;
  return type.empty() ? BodyKind::unknown : BodyKind::opaque;
}

bool is_readable(std::string_view charset) {
  // In Latin-1 and its kin the ASCII half means the same; bytes of the other half are refused as invalid
  // UTF-8.
  constexpr auto kReadable =
      std::to_array<std::string_view>({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15",
                                       "latin1", "windows-1252", "cp1252"});
  return std::find(kReadable.begin(), kReadable.end(), charset) != kReadable.end();
}

MediaType read_media_type(std::string_view content_type) {
  const auto lower = to_lower(content_type);
  std::string_view rest(lower);
  auto end = rest.find(';');
  MediaType media{.kind = body_kind_of(trim(rest.substr(0, end)))};
  while (end != std::string_view::npos) {
    rest.remove_prefix(end + 1);
    end = rest.find(';');
    auto parameter = trim(rest.substr(0, end));
    if (!parameter.starts_with("charset")) continue;
    const auto equals = parameter.find('=');
    auto charset = equals == std::string_view::npos ? std::string_view() : trim(parameter.substr(equals + 1));
    if (charset.size() >= 2 && charset.front() == '"' && charset.back() == '"')
      charset = charset.substr(1, charset.size() - 2);
    media.readable_charset = media.readable_charset && (charset.empty() || is_readable(charset));
  }
  return media;
}

}  // namespace

MediaType parse_media_type(std::string_view content_type) {
  thread_local TextMemo<MediaType> memo;
  return memo.of(content_type, read_media_type);
}

}  // namespace understudy::scrub
