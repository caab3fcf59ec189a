#include "core/diff/json_path.hpp"

#include "core/diff/excerpt.hpp"
#include "core/diff/value_class.hpp"

namespace understudy::diff {
namespace {

constexpr std::size_t kJsonPathBytesMax = 512;
constexpr std::size_t kTokenBytesMax = 64;

}  // namespace

JsonPath::Step::Step(JsonPath& path, std::string_view token) : text_(path.text_), size_(path.text_.size()) {
  if (text_.size() > kJsonPathBytesMax) return;
  text_ += '/';
  for (const char c : token) {
    if (c == '~')
      text_ += "~0";
    else if (c == '/')
      text_ += "~1";
    else
      text_ += c;
  }
}

std::string JsonPath::member_token(std::string_view name) {
  if (is_uuid(name)) return "{uuid}";
  if (name.size() >= 16 && is_hex(name)) return "{hex}";
  return excerpt(name, kTokenBytesMax);
}

}  // namespace understudy::diff
