#include "core/net/tls_session.hpp"

#include "core/net/socket_calls.hpp"
#include "core/net/socket_errors.hpp"
#include "core/net/tls_failure.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include <boost/asio/error.hpp>
#include <openssl/err.h>

namespace understudy::net {
namespace {

namespace asio = boost::asio;

/// The most that one record carries (RFC 8446 §5.1).
constexpr std::size_t kRecordBytes = 16 * 1024;
/// A record is kept here when the kernel is full; a peer that makes the protocol itself talk without reading
/// the answers (key updates) is cut off at this size.
constexpr std::size_t kBacklogMax = 64 * 1024;

boost::system::error_code system_error(int error) noexcept {
  return {error, boost::system::system_category()};
}

}  // namespace

/// OpenSSL's view of the descriptor.
struct SessionBio {
  static TlsSession& session(BIO* bio) noexcept { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    const int got = session(bio).bio_read(into, size);
    if (got < 0 && !session(bio).io_error_) BIO_set_retry_read(bio);
    return got;
  }
  static int write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    return session(bio).bio_write(bytes, size);
  }
  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return session(bio).ended_ ? 1 : 0;
    return 0;
  }
  static const BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      auto* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "understudy descriptor");
      BIO_meth_set_read(method, &read);
      BIO_meth_set_write(method, &write);
      BIO_meth_set_ctrl(method, &control);
      return method;
    }();
    return made;
  }
};

std::unique_ptr<TlsSession> TlsSession::make(SSL_CTX* context, int descriptor, Role role,
                                             std::shared_ptr<const void> owner) {
  SslPtr ssl(SSL_new(context));
  if (!ssl) return nullptr;
  std::unique_ptr<TlsSession> session(new TlsSession(std::move(ssl), descriptor, role, std::move(owner)));
  BIO* bio = BIO_new(SessionBio::method());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, session.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(session->ssl(), bio, bio);
  SSL_set_app_data(session->ssl(), session.get());
  if (role == Role::server)
    SSL_set_accept_state(session->ssl());
  else
    SSL_set_connect_state(session->ssl());
  return session;
}

TlsSession::TlsSession(SslPtr ssl, int descriptor, Role role, std::shared_ptr<const void> owner)
    : ssl_(std::move(ssl)), descriptor_(descriptor), role_(role), owner_(std::move(owner)) {}

TlsSession::~TlsSession() {
  // Otherwise OpenSSL would mark the session as one that must not be resumed.
  if (!failed_) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

TlsSession& TlsSession::of(const SSL* ssl) noexcept {
  return *static_cast<TlsSession*>(SSL_get_app_data(ssl));
}

int TlsSession::bio_read(char* into, int size) noexcept {
  const auto wanted = static_cast<std::size_t>(size);
  if (staged_begin_ != staged_end_) {
    const auto taken = std::min(wanted, staged_end_ - staged_begin_);
    std::memcpy(into, staging_.data() + staged_begin_, taken);
    staged_begin_ += taken;
    return static_cast<int>(taken);
  }
  if (drained_ || descriptor_ < 0) return ended_ ? 0 : -1;
  ssize_t got = 0;
  do {
    got = receive_now(descriptor_, {into, wanted});
  } while (got < 0 && errno == EINTR);
  drained_ = got < size;
  if (got == 0) ended_ = true;
  if (got < 0 && !would_block(errno)) io_error_ = system_error(errno);
  return static_cast<int>(got);
}

/// Those of TLS 1.3 come behind the handshake, each as a write of its own, and nobody waits for them.
bool TlsSession::writes_ticket() const noexcept {
  return role_ == Role::server && SSL_get_state(ssl_.get()) == TLS_ST_SW_SESSION_TICKET &&
         SSL_version(ssl_.get()) == TLS1_3_VERSION;
}

int TlsSession::bio_write(const char* bytes, int size) noexcept {
  auto left = std::string_view(bytes, static_cast<std::size_t>(size));
  if (descriptor_ < 0) io_error_ = asio::error::operation_aborted;
  if (writes_ticket()) {
    backlog_.append(left);
    tickets_wait_ = true;
    return size;
  }
  if (tickets_wait_) {
    tickets_wait_ = false;
    backlog_.append(std::exchange(left, {}));
    if (const auto flushed = flush(); !flushed) io_error_ = flushed.error();
  }
  while (!io_error_ && backlog_.empty() && !left.empty()) {
    const auto sent = send_now(descriptor_, left, send_flags_);
    if (sent >= 0)
      left.remove_prefix(static_cast<std::size_t>(sent));
    else if (would_block(errno))
      break;
    else if (errno != EINTR)
      io_error_ = system_error(errno);
  }
  if (!io_error_ && backlog_.size() + left.size() > kBacklogMax) io_error_ = asio::error::no_buffer_space;
  if (io_error_) return -1;
  backlog_.append(left);
  return size;
}

/// No error: OpenSSL waits for more to read.
boost::system::error_code TlsSession::failure(int result) noexcept {
  const int kind = SSL_get_error(ssl_.get(), result);
  if (kind == SSL_ERROR_WANT_READ) return {};
  if (kind == SSL_ERROR_ZERO_RETURN) return asio::error::eof;
  failed_ = true;
  const auto io_error = std::exchange(io_error_, {});
  const auto error = io_error ? io_error : tls_failure(ssl_.get(), kind);
  ERR_clear_error();
  return error;
}

Result<TlsSession::Progress> TlsSession::handshake() noexcept {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  const auto error = result == 1 ? boost::system::error_code{} : failure(result);
  // An alert that says why it failed is on its way by now, as far as the kernel takes it.
  if (error && (error == TlsErrc::truncated || error.category() != tls_category()))
    return TlsErrc::peer_closed;
  if (error) return error;
  if (result == 1 && tickets_wait_) return Progress::finished;
  if (const auto flushed = flush(); !flushed) return TlsErrc::peer_closed;
  return result == 1 && backlog_.empty() ? Progress::finished : Progress::pending;
}

TlsFacts TlsSession::facts() const noexcept {
  TlsFacts facts;
  facts.version = SSL_get_version(ssl_.get());
  facts.cipher = SSL_CIPHER_get_name(SSL_get_current_cipher(ssl_.get()));
  if (const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name)) facts.server_name = name;
  facts.resumed = SSL_session_reused(ssl_.get()) == 1;
  facts.client_certificate = role_ == Role::server && SSL_get0_peer_certificate(ssl_.get()) != nullptr;
  return facts;
}

TlsSession::ReadResult TlsSession::read(std::span<char> room) noexcept {
  if (read_error_) return {read_error_, 0U};
  std::size_t got = 0;
  while (got < room.size()) {
    if (failed_) return {asio::error::connection_aborted, 0U};
    ERR_clear_error();
    std::size_t bytes = 0;
    const int result = SSL_read_ex(ssl_.get(), room.data() + got, room.size() - got, &bytes);
    got += bytes;
    if (result == 1 && SSL_has_pending(ssl_.get()) == 1) continue;
    if (result == 1) break;
    const auto error = failure(result);
    if (!error) break;
    if (got == 0) return {error, 0U};
    read_error_ = error;
    break;
  }
  return {boost::system::error_code{}, got};
}

void TlsSession::staged(const boost::system::error_code& error, std::size_t bytes) noexcept {
  staged_begin_ = 0;
  staged_end_ = bytes;
  drained_ = bytes < staging_.size();
  if (error == asio::error::eof)
    ended_ = true;
  else if (error)
    read_error_ = error;
}

bool TlsSession::has_unread() const noexcept {
  return read_error_.failed() || staged_begin_ != staged_end_ || SSL_has_pending(ssl_.get()) == 1;
}

Result<> TlsSession::flush() noexcept {
  if (backlog_.empty()) return {};
  if (descriptor_ < 0) return asio::error::operation_aborted;
  tickets_wait_ = false;
  std::size_t sent_bytes = 0;
  while (sent_bytes < backlog_.size()) {
    const auto sent = send_now(descriptor_, std::string_view(backlog_).substr(sent_bytes), send_flags_);
    if (sent >= 0)
      sent_bytes += static_cast<std::size_t>(sent);
    else if (would_block(errno))
      break;
    else if (errno != EINTR)
      return system_error(errno);
  }
  backlog_.erase(0, sent_bytes);
  // An idle connection keeps no memory for it.
  if (backlog_.empty()) std::string().swap(backlog_);
  return {};
}

Result<> TlsSession::encrypt(std::string_view chunk) noexcept {
  if (failed_) return asio::error::connection_aborted;
  ERR_clear_error();
  std::size_t written = 0;
  const int result = SSL_write_ex(ssl_.get(), chunk.data(), chunk.size(), &written);
  if (result == 1) return {};
  const auto error = failure(result);
  // OpenSSL waits for the peer before it may write: only a renegotiation does that, which is off.
  return error ? error : boost::system::error_code(TlsErrc::protocol_error);
}

Result<std::size_t> TlsSession::write(std::string_view bytes) noexcept {
  if (!tickets_wait_) {
    if (const auto flushed = flush(); !flushed) return flushed.error();
    if (!backlog_.empty()) return std::size_t{0};
  }
  std::size_t done = std::min(owed_, bytes.size());
  owed_ -= done;
  while (done < bytes.size()) {
    const auto chunk = bytes.substr(done, kRecordBytes);
    if (const auto encrypted = encrypt(chunk); !encrypted) return encrypted.error();
    if (!backlog_.empty()) {
      owed_ = chunk.size();
      break;
    }
    done += chunk.size();
  }
  return done;
}

Result<std::size_t> TlsSession::write(std::span<const asio::const_buffer> pieces) noexcept {
  static thread_local std::array<char, kRecordBytes> record;
  std::size_t done = 0;
  std::size_t index = 0;
  std::size_t offset = 0;
  while (index < pieces.size()) {
    std::size_t filled = 0;
    std::string_view chunk;
    while (index < pieces.size() && filled < record.size()) {
      const auto rest = std::string_view(static_cast<const char*>(pieces[index].data()), pieces[index].size())
                            .substr(offset);
      // Long pieces are encrypted from where they lie.
      if (filled == 0 && rest.size() >= record.size()) {
        chunk = rest;
        offset = 0;
        ++index;
        break;
      }
      const auto taken = std::min(rest.size(), record.size() - filled);
      std::memcpy(record.data() + filled, rest.data(), taken);
      filled += taken;
      offset += taken;
      if (taken < rest.size()) continue;
      offset = 0;
      ++index;
    }
    if (filled != 0) chunk = {record.data(), filled};
    const auto sent = write(chunk);
    if (!sent) return sent;
    done += *sent;
    if (*sent < chunk.size()) break;
  }
  return done;
}

bool TlsSession::is_stale() noexcept {
  if (failed_ || descriptor_ < 0 || read_error_ || ended_) return true;
  if (!has_unread()) {
    char byte = 0;
    const auto got = receive_now(descriptor_, {&byte, 1}, MSG_PEEK);
    if (got < 0 && would_block(errno)) return false;
  }
  drained_ = false;
  ERR_clear_error();
  char byte = 0;
  std::size_t bytes = 0;
  const int result = SSL_peek_ex(ssl_.get(), &byte, 1, &bytes);
  if (result == 1) return true;
  const auto error = failure(result);
  if (error) read_error_ = error;
  return error.failed();
}

void TlsSession::send_close_notify() noexcept {
  if (failed_ || descriptor_ < 0 || SSL_is_init_finished(ssl_.get()) != 1) return;
  if (!backlog_.empty() && !flush()) return;
  if (!backlog_.empty()) return;
  // The end of the stream follows at once, in the same segment.
  send_flags_ |= MSG_MORE;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace understudy::net
