#include "proxy/downstream/limit_hits.hpp"

#include "core/http/errors.hpp"

namespace understudy::proxy {

std::optional<LimitHit> limit_of(const boost::system::error_code& error) noexcept {
  if (error.category() != http::category()) return std::nullopt;
  switch (static_cast<http::Errc>(error.value())) {
    case http::Errc::head_too_large:
      return LimitHit::request_head;
    case http::Errc::target_too_long:
      return LimitHit::request_target;
    case http::Errc::too_many_fields:
      return LimitHit::request_fields;
    case http::Errc::chunk_extensions_too_large:
      return LimitHit::chunk_extensions;
    case http::Errc::trailers_too_large:
      return LimitHit::trailers;
    case http::Errc::body_too_large:
      return LimitHit::request_body;
    default:
      return std::nullopt;
  }
}

}  // namespace understudy::proxy
