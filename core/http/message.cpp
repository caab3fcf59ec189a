#include "core/http/message.hpp"

#include "core/http/grammar.hpp"

namespace understudy::http {
namespace {

// Path and query: behind the authority of an absolute-form target, else from the front; never a fragment.
std::string_view path_and_query(std::string_view target) noexcept {
  target = target.substr(0, target.find('#'));
  if (target.starts_with('/')) return target;
  const auto scheme = http_scheme_size(target);
  if (scheme == 0) return target;
  const auto begin = target.find_first_of("/?", scheme);
  return begin == std::string_view::npos ? std::string_view{} : target.substr(begin);
}

}  // namespace

std::string_view target_path(std::string_view target) noexcept {
  const auto whole = path_and_query(target);
  const auto path = whole.substr(0, whole.find('?'));
  // RFC 9110 §4.2.3: an empty path of an http URI equals "/".
  return path.empty() && http_scheme_size(target) != 0 ? std::string_view{"/"} : path;
}

std::string_view target_query(std::string_view target) noexcept {
  const auto whole = path_and_query(target);
  const auto mark = whole.find('?');
  return mark == std::string_view::npos ? std::string_view{} : whole.substr(mark + 1);
}

}  // namespace understudy::http
