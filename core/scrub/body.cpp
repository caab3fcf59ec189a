#include "core/scrub/body.hpp"

#include "core/http/content_coding.hpp"
#include "core/scrub/json/scrub.hpp"
#include "core/scrub/media_type.hpp"
#include "core/scrub/pairs.hpp"
#include "core/scrub/text.hpp"

#include <optional>

namespace understudy::scrub {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr int kUnlabelledCodingsMax = 3;

/// The coding whose magic number the bytes begin with (RFC 1952 §2.3.1, RFC 8878 §3.1.1), or nothing.
std::string_view coding_by_magic(std::string_view bytes) {
  if (bytes.starts_with("\x1f\x8b")) return "gzip";
  if (bytes.starts_with("\x28\xb5\x2f\xfd")) return "zstd";
  return {};
}

BodyState state_for(const boost::system::error_code& error) {
  return error == http::CodingErrc::unknown_coding ? BodyState::encoding_unsupported : BodyState::failed;
}

/// The body with every coding undone, labelled or not.
Result<std::string> decode(std::string_view body, const http::Fields& fields, std::size_t bytes_max) {
  const http::DecodeLimits limits{.output_bytes = bytes_max};
  auto decoded = http::decode_content(http::content_encoding_of(fields), body, limits);
  for (int layer = 0; decoded && layer < kUnlabelledCodingsMax; ++layer) {
    const auto hidden = coding_by_magic(*decoded);
    if (hidden.empty()) break;
    decoded = http::decode_content(hidden, *decoded, limits);
  }
  return decoded;
}

bool is_other_unicode(std::string_view bytes) {
  return bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff") ||
         bytes.substr(0, 4).find('\0') != std::string_view::npos;
}

bool scan_json(std::string_view raw, const Pass& pass, Splices& splices) {
  const std::size_t begin = raw.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  return scrub_json(raw, MappedText::plain(raw.substr(begin), begin), pass, splices, 0);
}

/// Whether the text could be a JSON container; scalars are left to what the label says.
bool looks_like_json(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[' || text[first] == '"');
}

bool looks_like_form(std::string_view text) {
  const auto equals = text.find('=');
  return equals != std::string_view::npos && text.find_first_of(" \t\r\n<>{}\"") == std::string_view::npos;
}

bool scan_form(std::string_view raw, const Pass& pass, Splices& splices) {
  scan_pairs(raw, {0, raw.size()}, pass, splices);
  return true;
}

bool scan_markup_or_text(std::string_view raw, const Pass& pass, Splices& splices) {
  if (declares_entities(raw)) return false;
  scan_text(raw, pass, splices);
  return true;
}

/// False when the bytes are not what they would have to be to be scrubbed.
bool scan_by_kind(BodyKind kind, std::string_view raw, const Pass& pass, Splices& splices) {
  if (kind == BodyKind::json) return scan_json(raw, pass, splices);
  if (looks_like_json(raw) && scan_json(raw, pass, splices)) return true;
  if (kind == BodyKind::opaque || !is_plain_text(raw)) return false;
  switch (kind) {
    case BodyKind::json_lines:
      return scan_json_lines(raw, pass, splices);
    case BodyKind::form:
      return scan_form(raw, pass, splices);
    case BodyKind::unknown:
      if (looks_like_form(raw)) return scan_form(raw, pass, splices);
      [[fallthrough]];
    default:
      return scan_markup_or_text(raw, pass, splices);
  }
}

BodyState give_up(std::string& body, BodyState state) {
  body.clear();
  return state;
}

}  // namespace

BodyState scrub_body(std::string& body, const http::Fields& fields, const Options& options, const Pass& pass,
                     Tally& tally) {
  if (body.empty()) return BodyState::clean;
  if (body.size() > options.body_bytes_max) return give_up(body, BodyState::failed);
  if (fields.count("Content-Type") > 1) return give_up(body, BodyState::failed);
  const auto media = parse_media_type(fields.find("Content-Type").value_or(""));
  if (!media.readable_charset) return give_up(body, BodyState::encoding_unsupported);

  // Most bodies are not encoded: those are looked at where they lie.
  const bool encoded = fields.contains("Content-Encoding") || !coding_by_magic(body).empty();
  std::string decoded;
  if (encoded) {
    auto result = decode(body, fields, options.body_bytes_max);
    if (!result) return give_up(body, state_for(result.error()));
    decoded = *std::move(result);
  }
  const std::string_view raw = encoded ? decoded : body;
  if (raw.empty()) return BodyState::clean;
  if (is_other_unicode(raw)) return give_up(body, BodyState::encoding_unsupported);

  Splices splices;
  if (!scan_by_kind(media.kind, raw, pass, splices)) return give_up(body, BodyState::failed);
  if (splices.empty()) return BodyState::clean;
  body = splices.apply(raw, pass.tokens, tally);
  const auto scan = [&](std::string_view text, Splices& more) {
    return scan_by_kind(media.kind, text, pass, more);
  };
  const auto settled = settle(body, pass.tokens, tally, scan);
  return settled ? BodyState::redacted : give_up(body, BodyState::failed);
}

}  // namespace understudy::scrub
