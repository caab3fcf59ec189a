#include "core/net/client.hpp"

#include <string>

namespace understudy::net {
namespace {

// Boost's base class has a protected, non-virtual destructor on purpose: categories are never deleted through
// it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class ClientCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "client"; }
  std::string message(int code) const override {
    switch (static_cast<ClientErrc>(code)) {
      case ClientErrc::connect_failed:
        return "connection could not be made";
      case ClientErrc::connect_timeout:
        return "connection was not made in time";
      case ClientErrc::response_timeout:
        return "response did not come in time";
      case ClientErrc::connection_lost:
        return "connection was lost before the end of the response";
      case ClientErrc::bad_response:
        return "response is not valid HTTP";
      case ClientErrc::body_too_large:
        return "response body over the limit";
      case ClientErrc::closed:
        return "connection was closed on our side";
    }
    return "unknown client error";
  }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& client_category() noexcept {
  static const ClientCategory category;
  return category;
}

}  // namespace understudy::net
