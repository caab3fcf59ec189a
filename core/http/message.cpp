#include "core/http/message.hpp"

#include "core/http/grammar.hpp"

namespace understudy::http {
namespace {

// Where path and query begin: after the authority of an absolute-form target, else at the front.
std::string_view path_and_query(std::string_view target) noexcept {
  const auto scheme = http_scheme_size(target);
  if (scheme == 0) return target;
  const auto begin = target.find_first_of("/?#", scheme);
  return begin == std::string_view::npos ? std::string_view{} : target.substr(begin);
}

}  // namespace

std::string_view target_path(std::string_view target) noexcept {
  const auto path = path_and_query(target).substr(0, path_and_query(target).find_first_of("?#"));
  // RFC 9110 §4.2.3: an empty path of an http URI equals "/".
  return path.empty() && http_scheme_size(target) != 0 ? std::string_view{"/"} : path;
}

std::string_view target_query(std::string_view target) noexcept {
  const auto rest = path_and_query(target);
  const auto mark = rest.find('?');
  if (mark == std::string_view::npos) return {};
  const auto query = rest.substr(mark + 1);
  return query.substr(0, query.find('#'));
}

}  // namespace understudy::http
