#include "deploy/demo/shop/form.hpp"

#include <charconv>

namespace understudy::demo {
namespace {

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

std::map<std::string, std::string, std::less<>> parse_form(std::string_view text) {
  std::map<std::string, std::string, std::less<>> pairs;
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    const auto equals = pair.find('=');
    const auto value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    pairs[decode(pair.substr(0, equals))] = decode(value);
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
  }
  return pairs;
}

std::int64_t count_or(const std::map<std::string, std::string, std::less<>>& form, std::string_view name,
                      std::int64_t otherwise) {
  const auto found = form.find(name);
  if (found == form.end()) return otherwise;
  std::int64_t value = 0;
  const auto* end = found->second.data() + found->second.size();
  const auto [parsed, error] = std::from_chars(found->second.data(), end, value);
  return error == std::errc{} && parsed == end && value > 0 ? value : otherwise;
}

}  // namespace understudy::demo
