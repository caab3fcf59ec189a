#include "proxy/downstream/body_encoder.hpp"

#include "core/http/forward.hpp"
#include "core/http/serializer.hpp"

#include <algorithm>
#include <array>

namespace understudy::proxy {
namespace {

constexpr std::array<std::string_view, 22> kForbiddenTrailers{"host",
                                                              "authorization",
                                                              "proxy-authorization",
                                                              "proxy-authenticate",
                                                              "www-authenticate",
                                                              "cookie",
                                                              "set-cookie",
                                                              "cache-control",
                                                              "expect",
                                                              "max-forwards",
                                                              "pragma",
                                                              "range",
                                                              "content-range",
                                                              "content-type",
                                                              "content-encoding",
                                                              "age",
                                                              "expires",
                                                              "date",
                                                              "location",
                                                              "retry-after",
                                                              "vary",
                                                              "trailer"};

bool is_forwardable(std::string_view name) noexcept {
  if (http::is_hop_by_hop(name)) return false;
  return std::none_of(kForbiddenTrailers.begin(), kForbiddenTrailers.end(),
                      [name](std::string_view forbidden) { return iequals(name, forbidden); });
}

}  // namespace

void BodyEncoder::append(std::string& out, std::string_view piece) const {
  if (kind_ == http::BodyFraming::Kind::chunked)
    http::append_chunk(out, piece);
  else
    out.append(piece);
}

void BodyEncoder::finish(std::string& out, const http::Fields& trailers) const {
  if (kind_ == http::BodyFraming::Kind::chunked) http::append_last_chunk(out, trailers);
}

http::Fields forwardable_trailers(const http::Fields& trailers) {
  http::Fields kept = trailers;
  kept.retain([](const http::Field& field) { return is_forwardable(field.name); });
  return kept;
}

}  // namespace understudy::proxy
