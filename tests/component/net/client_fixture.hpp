// A client connection on a worker of its own, for the tests of ClientConnection.
#pragma once

#include "core/net/client.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/scripted_origin.hpp"
#include "tests/support/worker_thread.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace understudy::net::testing {

using test::OriginConnection;
using test::ScriptedOrigin;
using test::WorkerThread;

inline constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

class ClientTest : public ::testing::Test {
 protected:
  ~ClientTest() override { worker_.stop(); }

  void connect_to(std::uint16_t port, ClientOptions options = {}) {
    options.endpoints = {tcp::endpoint(asio::ip::address_v4::loopback(), port)};
    worker_.call([&] { client_ = std::make_unique<ClientConnection>(worker_.worker(), options); });
  }
  Result<> send(std::string_view wire = kGet, std::string_view method = "GET", bool idempotent = true) {
    return worker_.await([&] { return client_->send(wire, method, idempotent, response_, &times_); });
  }
  std::uint64_t connects() {
    return worker_.call([this] { return client_->connects(); });
  }

  WorkerThread worker_;
  std::unique_ptr<ClientConnection> client_;
  http::Response response_;
  ClientTimes times_;
};

}  // namespace understudy::net::testing
