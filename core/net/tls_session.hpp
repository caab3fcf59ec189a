// TLS over one non-blocking descriptor, without an event loop: every call does what can be done now and
// returns.
#pragma once

#include "core/base/result.hpp"
#include "core/net/openssl_ptr.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include <boost/asio/buffer.hpp>

namespace understudy::net {

/// What a finished handshake has agreed on. Strings are valid as long as the stream.
struct TlsFacts {
  const char* version = "";      ///< "TLSv1.3"
  const char* cipher = "";       ///< "TLS_AES_128_GCM_SHA256"
  std::string_view server_name;  ///< as the client asked for; empty without SNI
  bool resumed = false;
  bool client_certificate = false;  ///< the client showed one, and it was verified
};

/// One TLS connection; made before its handshake. On one thread. Ciphertext that the kernel does not take is
/// kept here (at most a record and what the protocol itself has to say), so that OpenSSL never has to wait
/// for writing; see `write`.
class TlsSession {
 public:
  enum class Role : std::uint8_t { server, client };
  using ReadResult = std::tuple<boost::system::error_code, std::size_t>;

  /// `owner` is kept alive for the callbacks of `context`. Null when memory has run out.
  static std::unique_ptr<TlsSession> make(SSL_CTX* context, int descriptor, Role role,
                                          std::shared_ptr<const void> owner);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  SSL* ssl() noexcept { return ssl_.get(); }
  const void* owner() noexcept { return owner_.get(); }
  Role role() const noexcept { return role_; }
  /// The session behind the argument of an OpenSSL callback.
  static TlsSession& of(const SSL* ssl) noexcept;

  enum class Progress : std::uint8_t { pending, finished };
  /// One step of the handshake. Pending: to be called again when the descriptor can be written (if
  /// `backlog()`) or has been read. Finished: all of ours is sent as well, but for a server's tickets of TLS
  /// 1.3: they go with the first bytes that are written, or with the next `flush`. Errors are TlsErrc.
  Result<Progress> handshake() noexcept;
  /// After a finished handshake.
  TlsFacts facts() const noexcept;

  /// What can be decrypted now, 0 bytes: nothing. Errors: asio::error::eof after close_notify,
  /// TlsErrc::truncated at an end without it, other TlsErrc, or what the kernel says.
  ReadResult read(std::span<char> room) noexcept;
  /// Where to read ciphertext into that `read` shall see next, once that has said "nothing".
  std::span<char> staging() noexcept { return staging_; }
  void staged(const boost::system::error_code& error, std::size_t bytes) noexcept;
  /// The descriptor has become readable by other news than `staged`.
  void readable() noexcept { drained_ = false; }
  /// Decrypted or not, bytes wait in here.
  bool has_unread() const noexcept;

  /// Encrypts and sends; returns how much of `bytes` is done for good. The rest has to be the beginning of
  /// the next call (part of it may already lie here, encrypted), which is due when the descriptor is
  /// writable.
  Result<std::size_t> write(std::string_view bytes) noexcept;
  /// The same for pieces: what fits into one record goes as one record.
  Result<std::size_t> write(std::span<const boost::asio::const_buffer> pieces) noexcept;
  bool backlog() const noexcept { return !backlog_.empty(); }
  /// Sends of the backlog what the kernel takes now.
  Result<> flush() noexcept;

  /// See Stream::is_stale. Takes in what the protocol has to say, such as session tickets.
  bool is_stale() noexcept;
  /// Tells the peer that this is the end, if it can be told now. The caller then closes the descriptor, or
  /// shuts it down for writing: the kernel waits for that.
  void send_close_notify() noexcept;
  /// The descriptor is closed: nothing is sent or read any more.
  void forget_descriptor() noexcept { descriptor_ = -1; }

 private:
  static constexpr std::size_t kStagingBytes = 2 * 1024;

  TlsSession(SslPtr ssl, int descriptor, Role role, std::shared_ptr<const void> owner);
  friend struct SessionBio;
  int bio_read(char* into, int size) noexcept;
  int bio_write(const char* bytes, int size) noexcept;
  bool writes_ticket() const noexcept;
  boost::system::error_code failure(int result) noexcept;
  Result<> encrypt(std::string_view chunk) noexcept;

  SslPtr ssl_;
  int descriptor_;
  int send_flags_ = 0;
  Role role_;
  bool drained_ = false;       ///< the last read took all there was: asking again at once would be in vain
  bool ended_ = false;         ///< the peer's end was read
  bool tickets_wait_ = false;  ///< in `backlog_`, which holds nothing else, for company
  bool failed_ = false;        ///< nothing more may be asked of OpenSSL
  std::shared_ptr<const void> owner_;
  boost::system::error_code io_error_;
  boost::system::error_code read_error_;  ///< met after bytes that were delivered first
  std::string backlog_;                   ///< ciphertext
  std::size_t owed_ = 0;                  ///< bytes of the caller's next write that are in `backlog_` already
  std::size_t staged_begin_ = 0;
  std::size_t staged_end_ = 0;
  std::array<char, kStagingBytes> staging_;
};

}  // namespace understudy::net
