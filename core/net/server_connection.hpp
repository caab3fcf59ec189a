// One client of the small server: reads requests in order, has them answered, writes the answers. Used by
// server.cpp.
#pragma once

#include "core/base/byte_buffer.hpp"
#include "core/http/parser.hpp"
#include "core/net/date.hpp"
#include "core/net/deadline.hpp"
#include "core/net/server.hpp"
#include "core/net/stream.hpp"

#include <string>
#include <string_view>
#include <unordered_set>

namespace understudy::net {

class ServerConnection;

/// What the connections of a server share. Each of them keeps it alive, so that a server may go before they
/// do.
struct ServerState {
  Worker& worker;
  ServerOptions options;
  Handler handler;
  DateClock date;
  std::unordered_set<ServerConnection*> connections;
  bool stopping = false;
  std::shared_ptr<TlsServer> tls;  ///< null: plain
};

class ServerConnection {
 public:
  ServerConnection(ServerState& state, Stream stream);
  ~ServerConnection();
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

  /// Ends when the connection has.
  Task<> run();
  /// Closes when no byte of a next request has come.
  void close_if_idle() noexcept;

 private:
  Task<bool> read_head();
  Task<bool> read_body();
  Task<bool> answer();
  Task<http::Response> handle();
  Task<bool> read_more();
  Task<bool> write(std::string_view bytes);
  Task<> refuse(unsigned status, std::string_view why);
  Task<> linger();
  std::string to_wire(http::Response& response, bool keep_alive);
  void reuse_request() noexcept;

  ServerState& state_;
  Stream stream_;
  Deadline deadline_;
  ByteBuffer in_;
  http::RequestParser parser_;
  http::Request request_;
  bool idle_ = true;
  bool first_ = true;
};

/// The answer to what never reached the handler: a line of text that names the problem.
http::Response error_response(unsigned status, std::string_view why);

}  // namespace understudy::net
