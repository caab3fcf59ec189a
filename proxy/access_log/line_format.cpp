#include "proxy/access_log/line_format.hpp"

#include "core/config/spelling.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

constexpr std::string_view kCommon = R"({client} - - [{time_clf}] "{request}" {status} {bytes_out})";
constexpr std::string_view kCombined =
    R"({client} - - [{time_clf}] "{request}" {status} {bytes_out} "{referer}" "{user_agent}")";

/// Neither a second way of saying the same nor a header field of the client.
bool in_every_line(AccessField field) {
  return field != AccessField::time_clf && field != AccessField::request && field < AccessField::host;
}

/// What stands before a value.
std::string key_of(AccessField field, bool json, bool first) {
  if (json) return fmt::format("{}\"{}\":", first ? "{" : ",", to_string(field));
  return fmt::format("{}{}=", first ? "" : " ", to_string(field));
}

LineFormat with_keys(LineFormat::Style style, const std::vector<AccessField>& extra) {
  LineFormat format;
  format.style = style;
  const bool json = style == LineFormat::Style::json;
  for (std::size_t i = 0; i < kAccessFieldNames.size(); ++i) {
    const auto field = static_cast<AccessField>(i);
    if (in_every_line(field) || std::find(extra.begin(), extra.end(), field) != extra.end())
      format.pieces.push_back({key_of(field, json, format.pieces.empty()), true, field, false});
  }
  format.pieces.push_back({json ? "}" : "", false, AccessField::time, false});
  return format;
}

Failure unknown_field(std::string_view name, std::size_t at) {
  const std::set<std::string, std::less<>> known(kAccessFieldNames.begin(), kAccessFieldNames.end());
  auto message = fmt::format("unknown field '{}' at character {}", name, at + 1);
  if (const auto nearest = config::nearest_name(name, known))
    message += fmt::format(": did you mean '{}'?", *nearest);
  else
    message += ": docs/operations.md lists the fields";
  return Failure{std::move(message)};
}

/// Reads a template from front to back.
class TemplateReader {
 public:
  explicit TemplateReader(std::string_view text) : text_(text) {}

  Outcome<LineFormat> read() {
    format_.style = LineFormat::Style::columns;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == c;
      if ((c == '{' || c == '}') && doubled) {
        literal_ += c;
        at_ += 2;
      } else if (c == '{') {
        if (auto taken = field(); !taken) return taken.error();
      } else if (c == '}') {
        return Failure{
            fmt::format("'}}' at character {} closes nothing: write '}}}}' for the brace", at_ + 1)};
      } else if (auto taken = plain(c); !taken) {
        return taken.error();
      }
    }
    if (format_.pieces.empty())
      return Failure{"format is json, text, common, combined or a template with at least one {field}"};
    format_.pieces.push_back({std::move(literal_), false, AccessField::time, false});
    return std::move(format_);
  }

 private:
  Outcome<> field() {
    const auto end = text_.find('}', at_);
    if (end == std::string_view::npos)
      return Failure{
          fmt::format("'{{' at character {} is never closed: write '{{{{' for the brace", at_ + 1)};
    const auto name = text_.substr(at_ + 1, end - at_ - 1);
    const auto found = access_field(name);
    if (!found) return unknown_field(name, at_ + 1);
    format_.pieces.push_back({std::move(literal_), true, *found, quoted_});
    literal_.clear();
    at_ = end + 1;
    return {};
  }

  Outcome<> plain(char c) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return Failure{fmt::format("a control character at {}: a format is one line of text", at_ + 1)};
    if (c == '"') quoted_ = !quoted_;
    literal_ += c;
    ++at_;
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool quoted_ = false;
  std::string literal_;
  LineFormat format_;
};

}  // namespace

Outcome<LineFormat> LineFormat::parse(std::string_view text, const std::vector<AccessField>& extra) {
  if (text == "json") return with_keys(Style::json, extra);
  if (text == "text") return with_keys(Style::logfmt, extra);
  if (text == "common") return TemplateReader(kCommon).read();
  if (text == "combined") return TemplateReader(kCombined).read();
  if (text.size() > kTemplateBytesMax)
    return Failure{fmt::format("the format is {} bytes long, at most {}", text.size(), kTemplateBytesMax)};
  return TemplateReader(text).read();
}

bool LineFormat::has(AccessField field) const noexcept {
  return std::any_of(pieces.begin(), pieces.end(),
                     [&](const Piece& piece) { return piece.has_field && piece.field == field; });
}

}  // namespace understudy::proxy
