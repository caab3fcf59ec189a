#include "proxy/name_watch.hpp"

#include "core/telemetry/log.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/asio/ip/basic_resolver.hpp>

namespace understudy::proxy {

NameWatch::NameWatch(net::Worker& worker, const net::OriginUrl& origin, Found found)
    : worker_(worker), origin_(origin), found_(std::move(found)) {
  boost::system::error_code not_an_address;
  net::asio::ip::make_address(origin_.host, not_an_address);
  if (not_an_address) worker_.tasks().spawn(watch());
}

net::Task<> NameWatch::watch() {
  // The look-up itself runs on a thread of Asio's own and comes back here.
  net::asio::ip::basic_resolver<net::tcp, net::Executor> resolver(worker_.executor());
  net::Timer timer(worker_.executor());
  const auto port = std::to_string(origin_.port);
  for (;;) {
    timer.expires_after(kInterval);
    co_await timer.async_wait(net::use_task);
    auto [error, results] = co_await resolver.async_resolve(origin_.host, port, net::use_task);
    if (error) {
      const auto message = error.message();
      telemetry::log(telemetry::Level::warning, "primary_not_resolved",
                     {{"cause", std::string_view(message)}});
      continue;
    }
    std::vector<net::tcp::endpoint> endpoints;
    for (const auto& result : results)
      if (std::find(endpoints.begin(), endpoints.end(), result.endpoint()) == endpoints.end())
        endpoints.push_back(result.endpoint());
    found_(std::move(endpoints));
  }
}

}  // namespace understudy::proxy
