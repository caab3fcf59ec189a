#include "core/http/field_section.hpp"

#include "core/http/errors.hpp"
#include "core/http/grammar.hpp"

namespace understudy::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

// CGI and its heirs write '-' as '_', and cannot tell these from the fields that they imitate.
bool imitates_framing(std::string_view name) noexcept {
  return iequals(name, "content_length") || iequals(name, "transfer_encoding");
}

/// One line, apart. `value` is trimmed.
struct FieldLine {
  std::string_view name;
  std::string_view value;
  bool canonical = false;  ///< as Fields::add_line wants it
};

/// `line` ends in CRLF, which no name or whitespace can run over.
Result<FieldLine> split(std::string_view line, SpaceBeforeColon space) {
  std::size_t name_size = 0;
  while (is_token_char(line[name_size])) ++name_size;
  auto colon = name_size;
  if (space == SpaceBeforeColon::removed)
    while (line[colon] == ' ' || line[colon] == '\t') ++colon;
  if (name_size == 0 || line[colon] != ':') return Errc::bad_field;
  const auto value = trim(line.substr(colon + 1, line.size() - kLineEnd.size() - colon - 1));
  const auto canonical_size = name_size + 2 + value.size() + kLineEnd.size();
  const bool canonical = colon == name_size && line.size() == canonical_size && line[colon + 1] == ' ';
  return FieldLine{line.substr(0, name_size), value, canonical};
}

class SectionParser {
 public:
  SectionParser(Fields& fields, FramingFields& framing) : fields_(fields), framing_(framing) {}

  Result<> take(std::string_view line, const FieldLine& field) {
    const auto name =
        field.canonical ? fields_.add_line(line, field.name) : fields_.add(field.name, field.value);
    switch (name) {
      case FieldName::content_length:
        return note_content_length(field.value, framing_);
      case FieldName::transfer_encoding:
        ++framing_.transfer_encodings;
        framing_.transfer_encoding = field.value;
        return {};
      case FieldName::host:
        ++framing_.hosts;
        framing_.host = field.value;
        return {};
      case FieldName::connection:
        return note_options(field.value, true);
      case FieldName::proxy_connection:
        return note_options(field.value, false);
      case FieldName::expect:
        framing_.expects_continue |= iequals(field.value, "100-continue");
        return {};
      case FieldName::other:
        framing_.lookalikes |= imitates_framing(field.name);
        return {};
      default:
        return {};
    }
  }

 private:
  /// Proxy-Connection is no field of HTTP, and decides nothing; but a list of tokens it has to be.
  Result<> note_options(std::string_view value, bool decides) {
    bool malformed = false;
    const auto note = [&](std::string_view option) {
      malformed |= !is_token(option);
      if (!decides) return;
      ++connection_options_;
      framing_.close |= iequals(option, "close");
      framing_.keep_alive |= iequals(option, "keep-alive");
    };
    for_each_list_element(value, note);
    if (malformed || connection_options_ > kMaxConnectionOptions) return Errc::bad_field;
    return {};
  }

  std::size_t connection_options_ = 0;
  Fields& fields_;
  FramingFields& framing_;
};

}  // namespace

Result<> parse_field_section(std::string_view lines, std::size_t max_fields, SpaceBeforeColon space,
                             Fields& fields, FramingFields& framing) {
  SectionParser parser(fields, framing);
  while (!lines.starts_with(kLineEnd)) {
    const auto line = lines.substr(0, lines.find('\n') + 1);
    if (!line.ends_with(kLineEnd)) return Errc::bad_field;
    const auto field = split(line, space);
    if (!field) return field.error();
    if (fields.size() == max_fields) return Errc::too_many_fields;
    if (const auto taken = parser.take(line, *field); !taken) return taken;
    lines.remove_prefix(line.size());
  }
  return {};
}

}  // namespace understudy::http
