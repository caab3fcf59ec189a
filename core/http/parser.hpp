// The strict HTTP/1.1 parser: bytes in, heads and body pieces out. No I/O; every message of every peer passes
// here.
#pragma once

#include "core/base/result.hpp"
#include "core/http/body_step.hpp"
#include "core/http/errors.hpp"
#include "core/http/framing.hpp"
#include "core/http/limits.hpp"
#include "core/http/message.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace understudy::http {

/// What one call of `parse_head` found.
struct HeadStep {
  std::size_t consumed = 0;  ///< bytes of the input that are used up; the caller drops them
  bool complete = false;     ///< the head is whole; what follows is body
};

/// Reads requests of one connection, one after the other:
/// `parse_head` until complete, `parse_body` until complete, `reset`, and so on.
/// A head must fit the caller's buffer whole: while incomplete, `parse_head` consumes nothing but leading
/// CRLF, and is called again with the same bytes plus more. `reset` keeps memory: no allocation in steady
/// state. After an error the connection is unusable: answer `status_for(error)` and close.
class RequestParser {
 public:
  explicit RequestParser(const Limits& limits);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  void reset();
  Result<HeadStep> parse_head(std::string_view in);
  Result<BodyStep> parse_body(std::string_view in);

  /// The following are valid once the head is complete, until `reset`.
  RequestHead& head() noexcept;
  BodyFraming framing() const noexcept;
  /// The connection persists after this message (RFC 9112 §9.3).
  bool keep_alive() const noexcept;
  bool expects_continue() const noexcept;
  /// Trailer fields, complete when the body is (RFC 9110 §6.5); never merged into the head.
  const Fields& trailers() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads responses of one connection. `reset` names the request's method, which decides whether there is a
/// body (RFC 9112 §6.3). Interim (1xx) responses come out as heads with framing none; call `reset` and go on.
class ResponseParser {
 public:
  explicit ResponseParser(const Limits& limits);
  ~ResponseParser();
  ResponseParser(ResponseParser&&) noexcept;
  ResponseParser& operator=(ResponseParser&&) noexcept;

  void reset(std::string_view request_method);
  Result<HeadStep> parse_head(std::string_view in);
  Result<BodyStep> parse_body(std::string_view in);
  /// The peer closed: ends an until_close body cleanly, is Errc::partial_message in the middle of anything
  /// else.
  Result<> finish();

  ResponseHead& head() noexcept;
  BodyFraming framing() const noexcept;
  bool keep_alive() const noexcept;
  const Fields& trailers() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::http
