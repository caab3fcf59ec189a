#include "core/net/tls_ticket_keys.hpp"

#include <new>

#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace understudy::net {
namespace {

TicketKey random_key() {
  TicketKey key;
  const bool all = RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) == 1 &&
                   RAND_priv_bytes(key.aes.data(), static_cast<int>(key.aes.size())) == 1 &&
                   RAND_priv_bytes(key.mac.data(), static_cast<int>(key.mac.size())) == 1;
  // Without randomness there is nothing that TLS could do.
  if (!all) throw std::bad_alloc();
  return key;
}

/// Wiped when the last reader has let go of it.
std::shared_ptr<const TicketKeys> owned(const TicketKeys& keys) {
  const auto wipe = [](TicketKeys* old) {
    OPENSSL_cleanse(old, sizeof(*old));
    delete old;
  };
  return {new TicketKeys(keys), wipe};
}

}  // namespace

TicketKeyring::TicketKeyring() : keys_(owned({random_key(), random_key()})), rotated_(Monotonic::now()) {}

void TicketKeyring::rotate_if_due(Monotonic::time_point now) {
  if (now - rotated_ >= kPeriod) rotate(now);
}

void TicketKeyring::rotate(Monotonic::time_point now) {
  keys_.publish(owned({random_key(), keys_.newest()->front()}));
  rotated_ = now;
}

}  // namespace understudy::net
