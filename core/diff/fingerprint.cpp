#include "core/diff/fingerprint.hpp"

#include "core/base/ascii.hpp"
#include "core/base/content_hash.hpp"

namespace understudy::diff {
namespace {

void add(ContentHasher& hasher, std::string_view part) {
  // The length keeps "ab","c" apart from "a","bc".
  const std::uint64_t size = part.size();
  hasher.update({reinterpret_cast<const char*>(&size), sizeof size});
  hasher.update(part);
}

void add(ContentHasher& hasher, std::uint64_t part) {
  hasher.update({reinterpret_cast<const char*>(&part), sizeof part});
}

}  // namespace

bool is_safe_method(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

std::uint64_t request_question(const http::Request& request, std::string_view authority) {
  ContentHasher hasher;
  add(hasher, request.head.method);
  add(hasher, authority);
  add(hasher, request.head.target);
  add(hasher, request.body);
  return hasher.digest();
}

std::uint64_t request_fingerprint(const http::Request& request, std::string_view authority,
                                  std::uint64_t history) {
  ContentHasher hasher;
  add(hasher, request_question(request, authority));
  for (const auto field : request.head.fields)
    for (const std::string_view name : {"Authorization", "Cookie", "Accept", "Accept-Language"})
      if (iequals(field.name, name)) {
        add(hasher, name);
        add(hasher, field.value);
      }
  add(hasher, history);
  return hasher.digest();
}

std::uint64_t history_after(const http::Request& request, std::uint64_t history) {
  if (is_safe_method(request.head.method)) return history;
  ContentHasher hasher;
  add(hasher, history);
  add(hasher, request.head.method);
  add(hasher, request.head.target);
  add(hasher, request.body);
  return hasher.digest();
}

}  // namespace understudy::diff
