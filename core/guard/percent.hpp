// Percent-decoding as lenient servers do it, so that no spelling of a path or parameter hides what it names.
#pragma once

#include <string>
#include <string_view>

namespace understudy::guard {

/// How many times a value may be encoded over itself before we stop looking.
inline constexpr int kDecodeLayersMax = 3;

/// One layer: %XX becomes its byte, anything else stays. `plus_is_space` for queries and forms.
std::string percent_decode(std::string_view text, bool plus_is_space);

/// Decodes until nothing changes, at most kDecodeLayersMax times.
std::string percent_decode_fully(std::string_view text, bool plus_is_space);

/// Whether a '%' is not followed by two hex digits.
bool has_broken_percent(std::string_view text) noexcept;

/// Whether a complete %XX is left in `text`.
bool has_percent_escape(std::string_view text) noexcept;

/// The value of a parameter, decoded only for those who ask.
class ParameterValue {
 public:
  explicit ParameterValue(std::string_view raw) noexcept : raw_(raw) {}
  std::string decoded() const { return percent_decode_fully(raw_, true); }

 private:
  std::string_view raw_;
};

/// Calls `visit(name, value)` with the pairs of a query or an urlencoded form: the name fully decoded, the
/// value a ParameterValue. ';' separates as well: some servers still split on it.
template <class Visit>
void for_each_parameter(std::string_view query, Visit&& visit) {
  while (!query.empty()) {
    const auto end = query.find_first_of("&;");
    const auto pair = query.substr(0, end);
    const auto equals = pair.find('=');
    if (!pair.empty())
      visit(percent_decode_fully(pair.substr(0, equals), true),
            ParameterValue(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1)));
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
}

}  // namespace understudy::guard
